import { parseDuration } from "../text/duration-text.ts";

type LiteralFault = { readonly message: string; readonly suggestion: string | null };

/** Prometheus counts durations in nanoseconds of a signed 64 bit integer. */
const LONGEST_MS = 9_223_372_036_854;

const UNITS = /[ywdhms]/;

/** What is wrong with a number as it is written; null: nothing. Hexadecimal ones are 64 bit integers, others doubles. */
export function numberFault(written: string): LiteralFault | null {
  const bare = written.replace(/^[+-]/, "").trim();
  if (/^(?:inf|nan)$/i.test(bare)) return null;
  if (/^0x/i.test(bare)) return bare.length > 2 && BigInt(bare) < 2n ** 63n ? null : tooLarge(bare);
  if (UNITS.test(bare)) return durationFault(bare, "any");
  return Number.isFinite(Number(bare.replaceAll("_", ""))) ? null : tooLarge(bare);
}

/**
 * What is wrong with a literal duration. Computed ones, with operators or functions, are not looked at. A range and
 * the step of a subquery are `positive`; `offset` may be any.
 */
export function durationFault(written: string, which: "positive" | "any"): LiteralFault | null {
  const bare = written.trim();
  const isNegative = bare.startsWith("-");
  const digits = bare.replace(/^[+-]/, "").trim();
  const isPlain = /^(?:\d+(?:\.\d+)?|(?:\d+[a-z]+)+)$/.test(digits);
  if (!isPlain) return null;
  const ms = UNITS.test(digits) ? parseDuration(digits) : Number(digits) * 1_000;
  if (ms === null || ms > LONGEST_MS) {
    return { message: `\`${digits}\` is longer than Prometheus counts`, suggestion: "at most 292 years" };
  }
  if (which === "any" || (ms > 0 && !isNegative)) return null;
  return { message: "the duration must be longer than 0", suggestion: "e.g. `5m`" };
}

function tooLarge(written: string): LiteralFault {
  return { message: `\`${written}\` is no number that Prometheus can hold`, suggestion: null };
}

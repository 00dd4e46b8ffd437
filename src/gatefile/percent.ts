import type { Percent } from "../domain/percent.ts";
import type { Read } from "./leaf.ts";
import { unsupported } from "./mapping.ts";
import { nameOfKind } from "./value.ts";
import { type JsonSchema, shaped } from "./read.ts";

const WHOLE = /^(?:0|[1-9]\d?|100)%?$/;
const FRACTION = /^(\d{1,3})[.,](\d+)\s?%?$/;

const PERCENT_JSON: JsonSchema = {
  anyOf: [
    { type: "integer", minimum: 0, maximum: 100 },
    { type: "string", pattern: "^(0|[1-9]\\d?|100)%?$" },
  ],
};

/** A whole percent, judged by what stands in the file: YAML would turn `0x19` and `1e1` into other numbers. */
export const percent: Read<Percent> = shaped(PERCENT_JSON, (value, complain) => {
  if (value.kind === "refused") return undefined;
  const written =
    value.kind !== "scalar" ? null : typeof value.value === "number" ? value.source : value.value;
  if (typeof written === "string") {
    if (WHOLE.test(written)) return Number(written.replace("%", ""));
    const whole = FRACTION.exec(written);
    if (whole !== null) {
      const share = Number(`${whole[1]}.${whole[2]}e2`);
      const isShare = !written.includes("%") && share > 0 && share < 100 && Number.isInteger(share);
      const nearest = Math.min(100, Math.max(1, Math.round(Number(`${whole[1]}.${whole[2]}`))));
      complain({
        code: "R110",
        at: value.at,
        message: `\`${written}\` is not a whole percent; Unleash has 100 buckets`,
        suggestion: isShare
          ? `write \`${share}%\` if a share was meant, else \`${nearest}%\``
          : `write \`${nearest}%\``,
      });
      return undefined;
    }
  }
  complain({
    code: "R114",
    at: value.at,
    message: `must be a whole percent from 0% to 100%, not ${nameOfKind(value)}`,
    suggestion: typeof written === "string" ? percentLike(written) : null,
  });
  return undefined;
});

/** Only what cannot be read in two ways: `010` and `1e1` may as well mean something else. */
function percentLike(written: string): string | null {
  const whole = /^\s*(\d{1,3})\s*(?:%|percent|per cent|pct|pp)?\s*$/i.exec(written)?.[1];
  return whole !== undefined && WHOLE.test(whole) ? `write \`${whole}%\`` : null;
}

/** Where a rollback goes, as a percent: only 0 % so far. */
export const rollbackPercent: Read<Percent> = shaped(PERCENT_JSON, (value, complain) => {
  const to = percent(value, complain);
  if (to === undefined || to === 0) return to;
  complain(unsupported(value.at, `a rollback to ${to}%`));
  return undefined;
});

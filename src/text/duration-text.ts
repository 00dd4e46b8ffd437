const UNIT_MS = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Milliseconds of a duration as Prometheus writes it: whole numbers, each unit at most once, from large to small
 * (`1h30m`). A year is 365 days, a day 24 hours. Null for anything else, and for more than a millisecond count can hold.
 */
export function parseDuration(text: string): number | null {
  const parts = text === "" ? null : DURATION.exec(text)?.slice(1);
  if (parts === undefined || parts === null) return null;
  const sizes = Object.values(UNIT_MS);
  const total = parts.reduce((sum, part, index) => sum + Number(part ?? 0) * (sizes[index] ?? 0), 0);
  return Number.isSafeInteger(total) ? total : null;
}

/** The duration as it would be written, in days at most, so that reading it gives the same milliseconds again. */
export function durationText(ms: number): string {
  let rest = ms;
  const parts = (["d", "h", "m", "s", "ms"] as const).map((unit) => {
    const whole = Math.floor(rest / UNIT_MS[unit]);
    rest -= whole * UNIT_MS[unit];
    return whole === 0 ? "" : `${whole}${unit}`;
  });
  return parts.join("") || "0s";
}

/** What something that is nearly a duration was meant to be; null where nobody can tell. */
export function durationMeant(text: string): string | null {
  const spelled = text
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, "")
    .replace(/^p?t(?=\d)/, "")
    .replaceAll(/(?:milliseconds?|millis)/g, "ms")
    .replaceAll(/(?:seconds?|secs?)/g, "s")
    .replaceAll(/(?:minutes?|mins?)/g, "m")
    .replaceAll(/(?:hours?|hrs?)/g, "h")
    .replaceAll(/days?/g, "d")
    .replaceAll(/weeks?/g, "w");
  return parseDuration(spelled) === null ? durationOfParts(spelled) : spelled;
}

/** `1.5h`, and units in another order. */
function durationOfParts(text: string): string | null {
  if (!/^(?:\d{1,6}(?:\.\d{1,3})?(?:ms|[smhdw]))+$/.test(text)) return null;
  const parts = [...text.matchAll(/([\d.]+)(ms|[smhdw])/g)];
  if (new Set(parts.map(([, , unit]) => unit)).size < parts.length) return null;
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_MS[asUnit(unit)], 0);
  return Number.isSafeInteger(ms) ? durationText(ms) : null;
}

function asUnit(text: string | undefined): keyof typeof UNIT_MS {
  return (["w", "d", "h", "m", "s"] as const).find((unit) => unit === text) ?? "ms";
}

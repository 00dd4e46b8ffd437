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

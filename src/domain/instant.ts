/** Milliseconds since the Unix epoch, UTC. The domain never reads a clock: every instant is handed to it. */
export type Instant = number;

/** A length of time in milliseconds. */
export type Millis = number;

export const SECOND: Millis = 1_000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;
/** Seven days. */
export const WEEK: Millis = 7 * DAY;

const UNITS: readonly (readonly [string, Millis])[] = [
  ["d", DAY],
  ["h", HOUR],
  ["m", MINUTE],
  ["s", SECOND],
  ["ms", 1],
];

/**
 * A duration as Prometheus writes it, cut to the two largest units people read: `1h30m`, `45s`, `0s`.
 * Below one second the milliseconds are kept.
 */
export function formatMillis(duration: Millis): string {
  let rest = Math.max(0, Math.round(duration));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const whole = Math.floor(rest / size);
    if (whole === 0 || parts.length === 2 || (unit === "ms" && parts.length > 0)) continue;
    parts.push(`${whole}${unit}`);
    rest -= whole * size;
  }
  return parts.length === 0 ? "0s" : parts.join("");
}

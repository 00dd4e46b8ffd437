/** A whole number from 0 to 100. Unleash hashes into 100 buckets, so a fraction of a percent is no exposure at all. */
export type Percent = number;

const WHOLE_PERCENT = /^(?:0|[1-9]\d?|100)$/;

/**
 * The percent that Unleash's `rollout` parameter (a string) says, or null when it is anything but a whole
 * percent: the server stores `"-5"`, `"12.5"` and `"abc"` without complaint.
 */
export function parseRollout(text: string): Percent | null {
  return WHOLE_PERCENT.test(text) ? Number(text) : null;
}

/** A step in words. Only a shadow step stands at 0 %: the new path runs beside the old one and nobody is exposed to it. */
export function stepText(to: Percent): string {
  return to === 0 ? "shadow" : `${to}%`;
}

import { DAY } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";

/** Times in the user's zone, which is named once a screen. */
export type LocalTime = {
  /** `Tue 3 Mar 11:42 CET` */
  heading(at: Instant): string;
  /** `09:00` today, `Wed 09:00` this week, else `18 Mar 09:00`. */
  short(at: Instant): string;
  /** `Wed 18 Mar 09:00` */
  day(at: Instant): string;
  /** `11:42:05` */
  exact(at: Instant): string;
};

export function createLocalTime(timeZone: string, now: Instant): LocalTime {
  const form = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone, ...options });
  const clock = form({ hour: "2-digit", minute: "2-digit" });
  const second = form({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const weekday = form({ weekday: "short" });
  const dayMonth = form({ day: "numeric", month: "short" });
  const date = form({ dateStyle: "short" });
  const zone = form({ timeZoneName: "short" });

  function zoneName(at: Instant): string {
    return zone.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
  }

  const day = (at: Instant) => `${weekday.format(at)} ${dayMonth.format(at)} ${clock.format(at)}`;

  return {
    heading: (at) => `${day(at)} ${zoneName(at)}`,
    day,
    short(at) {
      if (date.format(at) === date.format(now)) return clock.format(at);
      const isNear = Math.abs(at - now) < 6 * DAY;
      return `${isNear ? weekday.format(at) : dayMonth.format(at)} ${clock.format(at)}`;
    },
    exact: (at) => second.format(at),
  };
}

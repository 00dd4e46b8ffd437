import type { CalendarWindow } from "../domain/calendar.ts";
import type { BlindWindow, WindowHours } from "../domain/window-time.ts";
import type { Windows } from "./calendar.ts";
import type { Placed } from "./names.ts";
import type { Complain } from "./problem-list.ts";
import { resolveWindows } from "./references.ts";
import { zoneOffsets } from "./zone-offsets.ts";

/** R191: the windows that a signal names in `except`, with when they are. Of those of another calendar nobody knows that yet. */
export function blindWindows(
  written: readonly Placed<string>[],
  windows: Windows,
  complain: Complain,
): readonly BlindWindow[] {
  return written.flatMap((each) =>
    resolveWindows([each], windows, complain).map((window) => {
      const hours = hoursOf(window);
      if (hours.kind === "ical") {
        const message = `\`except: ${each.value}\` has no effect yet: the events of \`ical: ${hours.source}\` are not read`;
        complain({ code: "R191", at: each.at, message });
      }
      return { name: window.name, hours };
    }),
  );
}

/** When a window is, with all that it takes to tell. */
export function hoursOf({ time, timezone }: CalendarWindow): WindowHours {
  switch (time.kind) {
    case "every":
      return { ...time, offsets: zoneOffsets(timezone) };
    case "span":
      return time;
    case "ical":
      return { kind: "ical", source: time.source };
  }
}

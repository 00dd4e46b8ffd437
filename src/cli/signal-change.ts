import type { EvidenceBody } from "../api/signal.ts";
import type { LocalTime } from "./local-time.ts";

/** What would make a signal say something else, in one line. */
export function whatWouldChange(signal: EvidenceBody, time: LocalTime): string {
  const when = signal.until === undefined ? "" : time.short(Date.parse(signal.until));
  switch (signal.code) {
    case "good":
      return left(signal);
    case "between":
      return `good again ${met(signal)}`;
    case "breached":
      return `good again ${met(signal)}; what it has stopped goes on when a person says so`;
    case "missing":
    case "dark": {
      const asked = signal.code === "dark" ? "an answer of its source" : "a fresh sample";
      return when === "" ? asked : `${asked}; without one it stops the ramp at ${when}`;
    }
    case "settling":
      return when === "" ? "time: it settles" : `time: it is believed from ${when} on`;
    case "window":
      return when === "" ? "the end of the window" : `the end of the window at ${when}`;
    case "short":
      return "more samples, at this exposure";
    case "no-baseline":
      return "something to compare with: a control, or the same a week before";
    case "not-applicable":
      return "somebody in each cohort";
  }
}

/** A definition that has changed since may have other limits: then only the one that decided is known. */
function met({ limits, limit }: EvidenceBody): string {
  const advance = limits?.advance ?? null;
  if (advance !== null) return `when it is ${advance}`;
  return limit === null ? "when its value changes" : `when ${limit} is no longer true`;
}

function left({ limits, limit }: EvidenceBody): string {
  const advance = limits?.advance ?? limit;
  return advance === null ? "missing data" : `waits once it is not ${advance}`;
}

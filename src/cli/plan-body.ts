import { isoTime, wholeSeconds } from "../api/wire-time.ts";
import type { Entry, PlannedStep, Wait } from "../trial/plan/plan.ts";
import type { ShownPlan } from "./render-plan.ts";

/** A plan as json and yaml show it: times in UTC, stretches of time in seconds, ratios from 0 to 1. */
export function planBody({ plan, changes }: ShownPlan): object {
  const { gate, at, traffic, steps, finish, halts, remarks } = plan;
  return {
    gate,
    // Null: nobody told what runs.
    changes: changes.kind === "compared" ? changes.changes : null,
    adopts: changes.kind === "compared" ? changes.adopts : null,
    at: isoTime(at),
    traffic:
      traffic.kind === "known"
        ? {
            signal: traffic.signal,
            perHour: traffic.perHour,
            hours: traffic.hours,
            outcomes: traffic.outcomes,
          }
        : { perHour: null, why: traffic.why },
    steps: steps.map(stepBody),
    finish: entryBody(finish),
    halts:
      halts.kind === "known"
        ? { times: halts.times, over: wholeSeconds(halts.overMs), unread: halts.unread }
        : { times: null, why: halts.why },
    remarks,
  };
}

function stepBody(step: PlannedStep): object {
  const { number, name, to, perHour, holdMs, isLast, proof, evidence, entry, approvals, blind } = step;
  return {
    number,
    name,
    to,
    ...(perHour.kind === "known"
      ? { perHour: perHour.value }
      : { perHour: null, whyNotCounted: perHour.why }),
    [isLast ? "bake" : "hold"]: wholeSeconds(holdMs),
    proves:
      proof === null
        ? null
        : {
            bad: proof.text,
            noneBad: proof.noneBad,
            oneBad: proof.oneBad,
            oneBadReady: waitBody(proof.oneBadWait),
          },
    ready: waitBody(evidence),
    earliest: entryBody(entry),
    approvals,
    cannotSee: blind,
  };
}

function waitBody(wait: Wait): object {
  return wait.kind === "known"
    ? { seconds: wholeSeconds(wait.ms) }
    : { seconds: null, never: wait.kind === "never", why: wait.why };
}

function entryBody(entry: Entry): object {
  switch (entry.kind) {
    case "at":
      return { at: isoTime(entry.at) };
    case "after":
      return { at: null, notBefore: isoTime(entry.at), why: entry.why };
    case "never":
      return { at: null, never: true, why: entry.why };
  }
}

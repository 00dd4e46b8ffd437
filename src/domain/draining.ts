import { REASSERT_FOR } from "./absorb.ts";
import { because } from "./because.ts";
import type { Command } from "./command.ts";
import { type Draft, tell, withRamp } from "./draft.ts";
import type { Instant, Millis } from "./instant.ts";
import { isExposed } from "./shrink.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import type { Ramp } from "./ramp.ts";
import type { GateRecord } from "./record.ts";
import type { Because } from "./verdict.ts";

type Draining = Extract<Ramp, { state: "draining" }>;

/** Begins the drain of a rollback that is verified at 0 %. Late raises of our own are taken back for as long as it lasts. */
export function beginDrain(
  draft: Draft,
  drainMs: Millis,
  taken: Pick<Draining, "fromPercent" | "causes">,
  now: Instant,
): Draft {
  const { fromPercent, causes } = taken;
  const until = now + drainMs;
  const record: GateRecord = {
    ...draft.record,
    ramp: { state: "draining", since: now, fromPercent, causes, until },
    reassertUntil: until + REASSERT_FOR,
  };
  return tell({ ...draft, record }, { kind: "draining", page: false, causes });
}

/** Ends a drain at its deadline. Nobody said that the last one is through, so that is paged and waits in the inbox. */
export function drain(draft: Draft, ramp: Draining, now: Instant): Draft {
  if (now < ramp.until) return draft;
  const { fromPercent, causes } = ramp;
  const over: Ramp = { state: "rolled-back", since: now, fromPercent, causes, drain: "overdue" };
  return tell(withRamp(draft, over), { kind: "drain-overdue", page: true, causes: [OVERDUE] });
}

/** What nobody has said before the deadline of a drain. */
export const OVERDUE: Because = because(
  "state",
  "drain-overdue",
  "nobody has said that the last one on the new path is through",
  { opens: "finish by hand what is left there" },
);

/** A person says that nobody is left on the new path: before the deadline the drain ends, after it nothing is open any more. */
export function finishDrain(record: GateRecord, { by, reason }: Command, now: Instant): Obeyed {
  const { ramp, gate } = record;
  if (ramp.state === "draining" && (isExposed(record) || record.exposure.served !== 0)) {
    const message = `${gate} is not seen at 0%, so somebody may just have taken the new path`;
    return refused("flag", `${message}; first restore or rollback ${gate}`);
  }
  const cause = because("state", "drained", `drained, says ${by.name}: ${reason}`);
  if (ramp.state === "draining") {
    const { fromPercent, causes } = ramp;
    const over: Ramp = { state: "rolled-back", since: now, fromPercent, causes };
    return done({ ...record, ramp: over }, `${gate} is drained and rolled back`, [
      { kind: "rolled-back", page: false, causes: [...causes, cause] },
    ]);
  }
  if (ramp.state !== "rolled-back" || ramp.drain === undefined) {
    return refused("illegal-move", `${gate} neither bakes nor drains: there is nothing to finish`);
  }
  const { drain: _overdue, ...settled } = ramp;
  return done({ ...record, ramp: settled }, `nothing of ${gate} is left to drain`);
}

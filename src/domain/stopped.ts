import type { StatusAnswer } from "./answer.ts";
import { reachText, whomOf } from "./reach.ts";
import { sentence } from "./because.ts";
import { OVERDUE } from "./draining.ts";
import type { Gate } from "./gate.ts";
import type { Instant } from "./instant.ts";
import type { Ramp } from "./ramp.ts";
import type { GateRecord } from "./record.ts";
import { lateness } from "./rolling-back.ts";
import { isExposed } from "./shrink.ts";
import type { GateView } from "./view.ts";
import { type Waiting, ending, settling } from "./waiting.ts";

type Halted = Extract<Ramp, { state: "halted" }>;

/** A halt, with when it becomes a rollback. */
export function haltWaiting(gate: Gate, { record, status }: GateView): Waiting | null {
  const { ramp, exposure, drift } = record;
  if (ramp.state !== "halted") return null;
  const rollbacks = isExposed(record) ? [...deadlineOf(gate, ramp, record), ...boundsOf(status)] : [];
  const where = exposure.set === null ? "" : ` at ${reachText(exposure.set, whomOf(record))}`;
  const becomes =
    rollbacks.length === 0 ? "waits for somebody to decide" : "rolls back unless somebody decides before";
  return {
    kind: "halted",
    message: `halted${where}: ${sentence(ramp.causes)}; ${becomes}`,
    since: ramp.since,
    until: rollbacks.length === 0 ? null : Math.min(...rollbacks),
    orders: [...(drift.length === 0 ? (["resume"] as const) : settling(drift)), ending(record)],
  };
}

/** The halt deadline runs only while a signal or a guard is at halt. */
function deadlineOf(gate: Gate, { alarmMs }: Halted, { lastPass }: GateRecord): readonly Instant[] {
  return lastPass?.alarmed === true ? [lastPass.at + Math.max(0, gate.haltDeadlineMs - alarmMs)] : [];
}

/** When what halted for being missing goes on to a rollback. */
function boundsOf({ signals, alerts }: StatusAnswer): readonly Instant[] {
  const counted = signals.filter(({ counts }) => counts);
  return [...counted, ...alerts].flatMap(({ verdict, until }) =>
    verdict === "halt" && until !== null ? [until] : [],
  );
}

/** A pause, with when it ends by itself. */
export function pauseWaiting(record: GateRecord): Waiting | null {
  const { ramp, drift } = record;
  if (ramp.state !== "paused") return null;
  const ends = ramp.until === null ? "until somebody resumes" : "then goes on by itself";
  return {
    kind: "paused",
    message: `paused by ${ramp.by}: ${ramp.reason}; ${ends}`,
    since: ramp.since,
    until: ramp.until,
    // A changed flag is settled first: a resume is refused until then.
    orders: drift.length === 0 ? ["resume"] : [...settling(drift), ending(record)],
  };
}

/** A rollback that takes longer than it should. */
export function lateRollback(ramp: Ramp, now: Instant): Waiting | null {
  if (ramp.state !== "rolling-back") return null;
  const late = lateness(ramp, now);
  if (late === null) return null;
  const message = `${ramp.stepBack === undefined ? "rolling back" : "going one step back"}: ${late.message}; ${late.opens}`;
  return { kind: "late-rollback", message, since: ramp.since, until: null, orders: ["status"] };
}

/** A drain, which a person may end before its deadline; and one that nobody has called done. */
export function drainWaiting(ramp: Ramp): Waiting | null {
  if (ramp.state === "draining") {
    const message = "draining at 0%: those on the new path finish there, until somebody says that all have";
    return { kind: "draining", message, since: ramp.since, until: ramp.until, orders: ["finish"] };
  }
  if (ramp.state !== "rolled-back" || ramp.drain === undefined) return null;
  const message = `the drain is over by its deadline: ${OVERDUE.message}`;
  return { kind: "drain-overdue", message, since: ramp.since, until: null, orders: ["finish", "restart"] };
}

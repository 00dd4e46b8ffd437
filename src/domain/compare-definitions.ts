import type {
  AlertEffect,
  AlertGuard,
  ApprovalDemand,
  Gate,
  MissingBounds,
  PromiseDemand,
  Prove,
  Signal,
  Step,
} from "./gate.ts";
import { stepName } from "./audience.ts";
import type { Millis } from "./instant.ts";
import type { Limit, Persistence } from "./limit.ts";

/** How a new definition of a gate relates to the one a run began with. */
export type Compared =
  /** It drives another flag, strategy or environment, or sticks by another field: that is another run. */
  | { readonly kind: "other-flag" }
  | { readonly kind: "tighter" }
  /** What is not provably tighter or equal, by where it stands. */
  | { readonly kind: "looser"; readonly at: readonly string[] };

/** Compares only what can be proven: a stricter number in the same form, more time, more people, something added. */
export function compareDefinitions(old: Gate, now: Gate): Compared {
  if (flagOf(old) !== flagOf(now)) return { kind: "other-flag" };
  const at = [
    ...rampLooser(old, now),
    ...stepsLooser(old.steps, now.steps),
    ...(old.promises.every((demand) => promisesAsMuch(now, demand)) ? [] : ["promises"]),
    ...old.signals.flatMap((signal) => signalLooser(signal, now)),
    ...old.alerts.flatMap((guard) => guardLooser(guard, now)),
  ];
  return at.length === 0 ? { kind: "tighter" } : { kind: "looser", at };
}

function flagOf({ flag, steps }: Gate): string {
  if (flag === null) return "";
  const { server, project, name, environment, strategy, stickiness } = flag;
  // The ids of segments are looked up at the start of a run.
  const audiences = steps.flatMap(({ audience }) => (audience === undefined ? [] : [audience]));
  return JSON.stringify([server, project, name, environment, strategy, stickiness, audiences]);
}

/** Names of what is false. */
function failing(checks: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(checks).flatMap(([name, isKept]) => (isKept ? [] : [name]));
}

const EFFECTS: readonly (AlertEffect | "wait")[] = ["ignore", "wait", "halt", "rollback"];
const ON_DEPLOY: readonly Gate["onDeploy"][] = ["note", "settle", "restart-step"];

function rampLooser(old: Gate, now: Gate): readonly string[] {
  return failing({
    every: now.everyMs === old.everyMs,
    mode: now.mode === old.mode || now.mode === "observe",
    service: now.service === old.service,
    onDeploy: ON_DEPLOY.indexOf(now.onDeploy) >= ON_DEPLOY.indexOf(old.onDeploy),
    also: same(now.flag?.also, old.flag?.also),
    propagation: (now.flag?.propagationMs ?? 0) >= (old.flag?.propagationMs ?? 0),
    bake: now.bakeMs >= old.bakeMs,
    haltDeadline: now.haltDeadlineMs <= old.haltDeadlineMs,
    cooldown: now.cooldownMs >= old.cooldownMs,
    "rollback.mode": now.drainMs === old.drainMs,
    "rollback.rotateCohort": now.rotateCohort === old.rotateCohort || now.rotateCohort === true,
    "data.missing": EFFECTS.indexOf(now.data.missing) >= EFFECTS.indexOf(old.data.missing),
    "data.dark":
      notLater(now.data.darkHaltMs, old.data.darkHaltMs) &&
      notLater(now.data.darkRollbackMs, old.data.darkRollbackMs),
    "flag.decide": now.flag?.decide === old.flag?.decide,
    "flag.stamp": now.flag?.stamp === old.flag?.stamp,
    // None of these has an effect yet, and which change of them is tighter is for whoever gives them one.
    touches: same(now.touches, old.touches),
    calendars: same(now.calendars, old.calendars),
    debt: same(now.debt, old.debt),
    priority: now.priority === old.priority,
    evidence: same(now.evidence, old.evidence),
    "rollback.reconcile": same(now.reconcile, old.reconcile),
    start: now.start === old.start,
    requires: (old.requires ?? []).every((each) => (now.requires ?? []).some((kept) => same(kept, each))),
    "drift.raised": now.drift.raised === old.drift.raised,
    "drift.changed": now.drift.changed === old.drift.changed || now.drift.changed === "rollback",
  });
}

function stepsLooser(old: readonly Step[], now: readonly Step[]): readonly string[] {
  if (now.length !== old.length) return ["steps"];
  return old.flatMap((step, index) => {
    const next = now[index];
    const name = `steps ${stepName(step)}`;
    if (next?.to !== step.to) return [name];
    return failing({
      [`${name}: hold`]: next.holdMs >= step.holdMs,
      [`${name}: prove`]: provesAsMuch(next.prove, step.prove),
      [`${name}: share`]: next.share === step.share,
      [`${name}: dither`]: next.dither === step.dither,
      [`${name}: approve`]: step.approve.every((demand, at) => asksAsMuch(next.approve[at], demand)),
    });
  });
}

function provesAsMuch(now: Prove | undefined, old: Prove | undefined): boolean {
  if (old === undefined) return true;
  return now !== undefined && now.overControl === old.overControl && now.ratio <= old.ratio;
}

function asksAsMuch(now: ApprovalDemand | undefined, old: ApprovalDemand): boolean {
  return (
    now !== undefined &&
    now.by === old.by &&
    now.count >= old.count &&
    (now.notAuthor || !old.notAuthor) &&
    now.expiresMs <= old.expiresMs &&
    now.onReject === old.onReject
  );
}

function promisesAsMuch({ promises }: Gate, old: PromiseDemand): boolean {
  return promises.some(
    ({ by, says, step, count, expiresMs }) =>
      same([by, says, step], [old.by, old.says, old.step]) &&
      count >= old.count &&
      notLater(expiresMs, old.expiresMs),
  );
}

function signalLooser(old: Signal, gate: Gate): readonly string[] {
  const now = gate.signals.find(({ name }) => name === old.name);
  if (now === undefined) return [`signals ${old.name}`];
  return failing({
    [`signals ${old.name}: what it reads`]: same(readBy(now), readBy(old)),
    [`signals ${old.name}: settle`]: settlesAsLong(now, old),
    [`signals ${old.name}: floor`]: now.floor >= old.floor,
    [`signals ${old.name}: minBad`]: now.minBad <= old.minBad,
    [`signals ${old.name}: proves`]: now.proves === old.proves,
    [`signals ${old.name}: except`]: same(now.except, old.except),
    [`signals ${old.name}: gates`]: old.gates.every((purpose) => now.gates.includes(purpose)),
    [`signals ${old.name}: missingFor`]: missesNoLonger(now.missing, old.missing),
    [`signals ${old.name}: advance`]: isAsStrict(now.advance, old.advance, "met"),
    [`signals ${old.name}: halt`]: isAsStrict(now.halt, old.halt, "breached"),
    [`signals ${old.name}: rollback`]: isAsStrict(now.rollback, old.rollback, "breached"),
  });
}

function readBy(signal: Signal): readonly unknown[] {
  const { source, measure, unit, better, samples, bad, asOf, emptyIsZeroWitness } = signal;
  const { lagMs, periodMs, onNewData } = signal;
  const ofTime = [lagMs, periodMs, onNewData];
  return [source, measure, unit, better, samples, bad, asOf, emptyIsZeroWitness, ...ofTime];
}

function settlesAsLong(now: Signal, old: Signal): boolean {
  if (now.settleMs === null || old.settleMs === null) {
    return now.settleMs === old.settleMs && now.windowMs >= old.windowMs;
  }
  return now.settleMs >= old.settleMs;
}

function guardLooser(old: AlertGuard, gate: Gate): readonly string[] {
  const now = gate.alerts.find(({ match, source }) => match === old.match && source === old.source);
  if (now === undefined) return [`alerts ${old.match}`];
  const keeps = (effect: "pending" | "firing" | "critical" | "silenced") =>
    EFFECTS.indexOf(now[effect]) >= EFFECTS.indexOf(old[effect]);
  return failing({
    [`alerts ${old.match}: pending`]: keeps("pending"),
    [`alerts ${old.match}: firing`]: keeps("firing"),
    [`alerts ${old.match}: critical`]: keeps("critical"),
    [`alerts ${old.match}: silenced`]: keeps("silenced"),
    [`alerts ${old.match}: witness`]: now.witness === old.witness || now.witness === null,
    [`alerts ${old.match}: missingFor`]: missesNoLonger(now.missing, old.missing),
  });
}

function missesNoLonger(now: MissingBounds, old: MissingBounds): boolean {
  return notLater(now.haltMs, old.haltMs) && notLater(now.rollbackMs, old.rollbackMs);
}

/** Null is never. */
function notLater(now: Millis | null, old: Millis | null): boolean {
  return old === null || (now !== null && now <= old);
}

/** An `advance` limit must be met, the others must not be breached: which number is stricter turns with that. */
function isAsStrict(now: Limit | null, old: Limit | null, by: "met" | "breached"): boolean {
  if (old === null) return true;
  if (now === null || now.comparison !== old.comparison || now.baseline !== old.baseline) return false;
  if (now.to !== undefined && old.to === undefined) return false;
  return isAsStrictNumber(now, old, by) && lastsNoLonger(now.persistence, old.persistence);
}

function isAsStrictNumber(now: Limit, old: Limit, by: "met" | "breached"): boolean {
  switch (now.comparison) {
    case "exactly":
      return now.value === old.value;
    case "at most":
    case "below":
      return by === "met" ? now.value <= old.value : now.value >= old.value;
    case "at least":
    case "above":
      return by === "met" ? now.value >= old.value : now.value <= old.value;
  }
}

function lastsNoLonger(now: Persistence, old: Persistence): boolean {
  if (now.kind === "at-once") return true;
  if (now.kind === "time") return old.kind === "time" && now.ms <= old.ms;
  return old.kind === "runs" && now.count <= old.count;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

import { nameOfStep } from "./audience.ts";
import { adoptable, mayAdopt } from "./adopt-definition.ts";
import { answerableBy } from "./approve.ts";
import { blindWaiting } from "./blind.ts";
import { definitionWaiting, driftWaiting } from "./changed.ts";
import { ACTIONS, ACTION_SCOPES, type ActionName } from "./command.ts";
import { modeOf, percentOf } from "./growth.ts";
import type { Instant } from "./instant.ts";
import { isLegal } from "./moves.ts";
import type { Percent } from "./percent.ts";
import { promisableBy } from "./promise.ts";
import { type Principal, type Scope, mayUse } from "./principal.ts";
import { drainWaiting, haltWaiting, lateRollback, pauseWaiting } from "./stopped.ts";
import type { GateView } from "./view.ts";
import type { Order, Waiting, WaitingKind } from "./waiting.ts";

/** One thing that waits for whoever asked. */
export type InboxItem = Omit<Waiting, "orders"> & {
  readonly gate: string;
  /** The command to type, and others that would settle it, too. */
  readonly action: string;
  readonly alternatives: readonly string[];
  /** The newest decision, whose evidence this rests on. */
  readonly decision: string | null;
  readonly request: InboxRequest | null;
};

/** What an approval is for, and which groups would then still be asked. */
export type InboxRequest = {
  readonly step: number;
  /** Percent of the step. */
  readonly to: Percent;
  /** Hash of a looser definition, where that is to be adopted; null: the step is to be entered. */
  readonly adopts: string | null;
  readonly others: readonly string[];
};

/** Whom each kind concerns. What is mended in a file, at a source or in Unleash concerns everybody who may look. */
const CONCERNS: Readonly<Record<WaitingKind, Scope>> = {
  approval: "approve",
  halted: "operate",
  paused: "operate",
  drift: "adopt",
  draining: "operate",
  "drain-overdue": "operate",
  "late-rollback": "read",
  blind: "read",
  "definition-changed": "read",
  "definition-gone": "read",
  "definition-invalid": "read",
};

/** What waits for this person or machine: the nearest deadline first, then the oldest. */
export function inbox(views: readonly GateView[], by: Principal, now: Instant): readonly InboxItem[] {
  return views.flatMap((view) => itemsAt(view, by, now)).toSorted(byUrgency);
}

function byUrgency(a: InboxItem, b: InboxItem): number {
  return before(a.until, b.until) || before(a.since, b.since);
}

/** What has no time comes last. */
function before(a: Instant | null, b: Instant | null): number {
  if (a === b) return 0;
  return (a ?? Infinity) - (b ?? Infinity);
}

function itemsAt(view: GateView, by: Principal, now: Instant): readonly InboxItem[] {
  const own = waitingAt(view, now).filter(({ kind }) => mayUse(by, CONCERNS[kind]));
  const hasDrift = own.some(({ kind }) => kind === "drift");
  const told = own.filter(({ kind }) => !(kind === "halted" && hasDrift && isHaltedByDriftAlone(view)));
  const asked = approvalFor(by, view);
  return [
    ...(asked === null ? [] : [asked]),
    ...promisesFor(by, view),
    ...told.map((waiting) => itemOf(waiting, view, by, null)),
  ];
}

/** Everything at a gate that waits for somebody, but for approvals: those depend on who asks. */
function waitingAt(view: GateView, now: Instant): readonly Waiting[] {
  const { gate, record } = view;
  const found = [definitionWaiting(view), lateRollback(record.ramp, now), drainWaiting(record.ramp)];
  if (gate !== null) {
    found.push(
      haltWaiting(gate, view),
      pauseWaiting(record),
      driftWaiting(gate, record),
      blindWaiting(gate, view, now),
    );
  }
  return found.filter((each) => each !== null);
}

/** Then the drift says all there is to say, and settling it ends the halt. */
function isHaltedByDriftAlone({ record: { ramp } }: GateView): boolean {
  return ramp.state === "halted" && ramp.causes.every(({ kind }) => kind === "drift");
}

function approvalFor(by: Principal, view: GateView): InboxItem | null {
  const { gate, record, definition } = view;
  // An approval rests on evidence that is good.
  const isGood = view.status.verdict === "good";
  const answerable = gate === null || !isGood ? null : answerableBy(by, gate, record, definition);
  if (gate === null || answerable === null) return null;
  const { others, request } = answerable;
  const { step, adopts, given } = request;
  const to = percentOf(gate, step);
  const what = adopts === null ? nameOfStep(gate, step) : "a looser definition";
  const then = others.length === 0 ? "" : `, and then for ${others.join(", ")}`;
  const waiting: Waiting = {
    kind: "approval",
    message: `${what} waits for your approval${then}`,
    since: record.exposure.setAt ?? record.exposure.changedAt,
    // What was given before counts until then.
    until: given.length === 0 ? null : Math.min(...given.map(({ expiresAt }) => expiresAt)),
    orders: ["approve"],
  };
  return itemOf(waiting, view, by, { step, to, adopts, others });
}

/** What this person can promise and has not yet, wherever the ramp stands: a promise rests on no evidence. */
function promisesFor(by: Principal, view: GateView): readonly InboxItem[] {
  const { gate, record, definition } = view;
  const isOver = record.ramp.state === "finished";
  if (gate === null || isOver || modeOf(gate, record) === "observe") return [];
  return promisableBy(by, gate, record, definition).map(({ says }) => {
    const message = `you are asked to promise: ${says}`;
    const waiting: Waiting = { kind: "approval", message, since: null, until: null, orders: ["promise"] };
    return itemOf(waiting, view, by, null);
  });
}

function itemOf(
  { orders, ...waiting }: Waiting,
  view: GateView,
  by: Principal,
  request: InboxRequest | null,
): InboxItem {
  const { name, status } = view;
  const [action = "status", ...others] = orders.filter((order) => mayOrder(order, by, view));
  return {
    ...waiting,
    gate: name,
    action: commandOf(action, name),
    alternatives: others.map((order) => commandOf(order, name)),
    decision: status.decision,
    request,
  };
}

function mayOrder(order: Order, by: Principal, view: GateView): boolean {
  if (!isAction(order)) return true;
  if (order === "adopt-definition" && !isAdopter(by, view)) return false;
  return isLegal(order, view.record.ramp.state) && ACTION_SCOPES[order].some((scope) => mayUse(by, scope));
}

function isAdopter(by: Principal, { gate, record, definition }: GateView): boolean {
  const found = gate !== null && adoptable(gate, record, definition);
  return found !== false && found !== null && mayAdopt(by.name, found);
}

function isAction(order: Order): order is ActionName {
  return ACTIONS.some((action) => action === order);
}

function commandOf(order: Order, gate: string): string {
  if (order === "lint") return "rampart lint";
  const reason = order === "status" || order === "explain" ? "" : ' --reason "..."';
  return `rampart ${order} ${gate}${reason}`;
}

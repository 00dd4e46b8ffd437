import {
  type Case,
  type Finding,
  OURS,
  definitionsAt,
  each,
  exposureOf,
  finding,
  isForgotten,
  mayHaveHappened,
  overlap,
  stateAt,
  strayed,
  wasHeard,
} from "./case.ts";
import type { FlagChange } from "./evidence.ts";
import { stepsBelow, wasMovedByHand } from "./stops.ts";

/** A pass reads the flag so long, at most, before it tells what it has decided. */
const READ_WITHIN = 15_000;
/** A clock may be wrong by 5 s before it is told from a right one; a call may take a little time. */
const SLACK = 6_000;

/** A step back and the decrease by which it landed. */
type StepBack = { readonly told: number; readonly landed: FlagChange };

/** A step back goes exactly one declared step down, and on from there only when readings have settled. */
export function checkStepBacks(own: Case): Finding {
  const steps = stepBacksOf(own);
  const far = each(
    steps.filter((step) => isPlain(own, step)),
    ({ told }) => told,
    ({ told, landed }) => {
      const to = exposureOf(landed.after);
      const below = stepsBelow(own, told);
      return below.includes(to)
        ? null
        : `a step back from ${exposureOf(landed.before)}% went to ${to}%, the step below is ${below.join(" or ")}%`;
    },
  );
  const soon = each(
    steps.slice(1).flatMap((next, index) => pairOf(own, steps[index], next)),
    ({ told }) => told,
    ({ told, landed, settleMs }) =>
      told - landed.at >= settleMs - SLACK
        ? null
        : `it went another step back ${(told - landed.at) / 1_000} s after the one before, on readings from before that`,
  );
  return finding(far.premises + soon.premises, [...far.violations, ...soon.violations]);
}

function stepBacksOf(own: Case): readonly StepBack[] {
  return own.messages
    .filter(({ kind, at }) => kind === "stepping-back" && !isForgotten(own, at))
    .flatMap(({ at }) => {
      const landed = own.changes.find(
        (change) =>
          change.at >= at && change.by === OURS && exposureOf(change.after) < exposureOf(change.before),
      );
      return landed === undefined || wasOverruled(own, at, landed.at) ? [] : [{ told: at, landed }];
    });
}

/** Something asked for all of it to be taken back meanwhile. */
function wasOverruled(own: Case, from: number, to: number): boolean {
  return (
    own.messages.some(({ kind, at }) => kind === "rolling-back" && at >= from && at <= to) ||
    own.orders.some(
      (order) =>
        ["rollback", "reject"].includes(order.what) &&
        mayHaveHappened(order) &&
        order.at <= to &&
        order.heardAt >= from,
    )
  );
}

/** The flag stood as the ramp knew it, from the reading that the step back was decided on until it landed. */
function isPlain(own: Case, { told, landed }: StepBack): boolean {
  const from = told - READ_WITHIN;
  const raised = own.raises.findLast(({ change }) => change.at < told);
  const moved = own.changes.findLast(
    ({ at, before, after }) => at <= told && exposureOf(before) !== exposureOf(after),
  );
  return (
    !wasMovedByHand(own, raised?.change.at ?? 0, landed.at) &&
    overlap(own.faults, ["unleash reads late"], from, landed.at) === 0 &&
    raised !== undefined &&
    moved?.by === OURS &&
    wasHeard(own, raised) &&
    !isForgotten(own, raised.change.at) &&
    !own.raises.some(({ change }) => change.at >= from && change.at <= landed.at) &&
    exposureOf(stateAt(own.changes, told)) === exposureOf(landed.before)
  );
}

type Repeated = { readonly told: number; readonly landed: FlagChange; readonly settleMs: number };

/** Two step backs one after the other, where nothing else has moved the flag since the first one landed. */
function pairOf(own: Case, before: StepBack | undefined, { told }: StepBack): readonly Repeated[] {
  if (before === undefined) return [];
  const { landed } = before;
  const moved = own.changes.some(({ at }) => at > landed.at && at < told);
  const isBlurred =
    overlap(own.faults, ["unleash reads late"], landed.at - READ_WITHIN, told) > 0 ||
    strayed(own, landed.at, told);
  if (told <= landed.at || moved || isBlurred) return [];
  const settles = definitionsAt(own, told).map(({ settleMs }) => settleMs);
  return [{ told, landed, settleMs: Math.min(...settles) }];
}

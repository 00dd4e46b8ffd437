import type { Gate } from "../domain/gate.ts";
import { type Millis, MINUTE, SECOND } from "../domain/instant.ts";
import { settleOf } from "../domain/settle.ts";
import type { Defaults } from "./defaults.ts";
import { resolveFlag } from "./flag.ts";
import { DEFAULT_DATA, DEFAULT_DRIFT, DEFAULT_ROLLBACK, type GateFields } from "./gate-keys.ts";
import type { Library } from "./library.ts";
import { holdSettle, type Slowest } from "./lint/hold-settle.ts";
import { hasOwner } from "./lint/owner.ts";
import { rampEnd } from "./lint/ramp-end.ts";
import { signalNames } from "./lint/signal-names.ts";
import { stepsIncrease } from "./lint/steps-increase.ts";
import { stickiness } from "./lint/stickiness.ts";
import { DEFAULT_MISSING } from "./missing-bounds.ts";
import type { Complain, ProblemList } from "./problem-list.ts";
import { type PlacedSignal, resolveSignal } from "./signal.ts";
import { resolveSteps } from "./steps.ts";

const DEFAULT_EVERY_MS = 15 * SECOND;
const LEAST_DEFAULT_HOLD_MS = 30 * MINUTE;

/** The whole gate; null when anything about it is an error. Every rule is asked, whatever the others found. */
export function resolveGate(
  fields: GateFields,
  library: Library,
  defaults: Defaults,
  list: ProblemList,
): Gate | null {
  const { complain } = list;
  const given = fields.values;
  const source = sourceOf(fields, defaults, complain);
  const flag = given.flag === undefined ? null : resolveFlag(given.flag, defaults, complain);
  const context = { library, source, missing: given.data?.missing ?? DEFAULT_MISSING };
  const signals = (given.signals ?? [])
    .map((signal) => resolveSignal(signal, context, complain))
    .filter((signal) => signal !== null);
  const slowest = slowestOf(signals, flag?.propagationMs ?? 0, defaults);
  const ramp = resolveSteps(
    given.steps ?? null,
    given.stopsAt ?? null,
    Math.max(LEAST_DEFAULT_HOLD_MS, slowest?.settleMs ?? 0),
  );

  hasOwner(fields, "gate", complain);
  if (given.flag !== undefined) stickiness(given.flag, complain);
  signalNames(signals, complain);
  checkEvidence(fields, signals, complain);
  checkRamp(fields, slowest, complain);

  if (list.hasErrors() || given.name === undefined) return null;
  return {
    name: given.name,
    title: given.title ?? null,
    owner: given.owner ?? null,
    runbook: given.runbook ?? null,
    change: given.change ?? null,
    everyMs: given.every ?? DEFAULT_EVERY_MS,
    mode: given.mode ?? null,
    flag,
    steps: flag === null ? [] : ramp.steps,
    bakeMs: ramp.bakeMs,
    signals: signals.map(({ signal }) => signal),
    data: given.data?.policy ?? DEFAULT_DATA,
    drift: given.drift ?? DEFAULT_DRIFT,
    ...(given.rollback ?? DEFAULT_ROLLBACK),
  };
}

function sourceOf(fields: GateFields, defaults: Defaults, complain: Complain): string | null {
  const source = fields.values.source ?? defaults.source;
  if (source === null && !fields.has("source")) {
    complain({
      code: "R107",
      at: fields.head,
      message: "the gate needs `source`: the configuration names none that could be meant",
    });
  }
  return source;
}

/** The signal that makes a raise wait longest for readings of the new exposure. */
function slowestOf(
  signals: readonly PlacedSignal[],
  propagationMs: Millis,
  defaults: Defaults,
): Slowest | null {
  let slowest: Slowest | null = null;
  for (const { signal } of signals) {
    if (!signal.gates.includes("advance")) continue;
    const settleMs = settleOf(signal, propagationMs, defaults.scrapeIntervalMs);
    if (slowest === null || settleMs > slowest.settleMs) slowest = { signal: signal.name, settleMs };
  }
  return slowest;
}

/** R124: a gate without evidence could never open. Signals that could not be read may well have been the evidence. */
function checkEvidence(fields: GateFields, signals: readonly PlacedSignal[], complain: Complain): void {
  if (!fields.has("signals")) {
    const suggestion = "add `signals:` with at least one query and a limit";
    complain({ code: "R124", at: fields.head, message: "the gate has no signals", suggestion });
    return;
  }
  const unread =
    (fields.values.signals?.length ?? 0) !== signals.length || fields.values.signals === undefined;
  if (unread || !fields.has("flag") || signals.some(({ signal }) => signal.gates.includes("advance"))) return;
  complain({
    code: "R124",
    at: fields.at("signals"),
    message: "no signal counts for raises, so exposure could never grow",
    suggestion: "let one signal have `advance` in its `gates`",
  });
}

const RAMP_KEYS = ["steps", "stopsAt", "start", "mode", "rollback", "drift"] as const;

function checkRamp(fields: GateFields, slowest: Slowest | null, complain: Complain): void {
  if (!fields.has("flag")) {
    for (const key of RAMP_KEYS) {
      if (!fields.has(key)) continue;
      complain({
        code: "R123",
        at: fields.at(key),
        message: `\`${key}\` needs a flag, and this gate only watches`,
      });
    }
  }
  const { steps, stopsAt } = fields.values;
  if (stopsAt === 0)
    complain({ code: "R120", at: fields.at("stopsAt"), message: "a ramp to 0% exposes nobody" });
  if (steps === undefined) return;
  stepsIncrease(steps, complain);
  rampEnd(steps, stopsAt ?? null, complain);
  holdSettle(steps, slowest, complain);
}

import { isUnreadable } from "../domain/comparison.ts";
import type { Gate } from "../domain/gate.ts";
import { MINUTE, SECOND } from "../domain/instant.ts";
import { comparesWithBefore } from "../domain/limit.ts";
import { resolveAlerts } from "./alert.ts";
import type { Defaults } from "./defaults.ts";
import { resolveFlag } from "./flag.ts";
import { DEFAULT_DATA, DEFAULT_DRIFT, DEFAULT_ROLLBACK, type GateFields, RAMP_KEYS } from "./gate-keys.ts";
import type { Shelf } from "./gate-source.ts";
import { bakeSettle } from "./lint/bake-settle.ts";
import { blindSteps } from "./lint/blind-steps.ts";
import { cleanUp } from "./lint/clean-up.ts";
import { reconcileTasks } from "./lint/reconcile-tasks.ts";
import { noEffect } from "./lint/no-effect.ts";
import { holdSettle, type Slowest, slowestOf } from "./lint/hold-settle.ts";
import { hasOwner } from "./lint/owner.ts";
import { provable } from "./lint/provable.ts";
import { rampEnd } from "./lint/ramp-end.ts";
import { runbookLink } from "./lint/runbook-link.ts";
import { signalNames } from "./lint/signal-names.ts";
import { stepsIncrease } from "./lint/steps-increase.ts";
import { stickiness } from "./lint/stickiness.ts";
import { DEFAULT_MISSING } from "./missing-bounds.ts";
import { resolveTasks } from "./reconcile.ts";
import { resolveWindows } from "./references.ts";
import { promisesOf, resolveRequirements } from "./requirement.ts";
import type { Complain, ProblemList } from "./problem-list.ts";
import type { ProfileScope } from "./scope.ts";
import { type PlacedSignal, resolveSignal } from "./signal.ts";
import { resolvePromises, resolveSteps } from "./steps.ts";
import { resolveTouches, writerAt } from "./touch.ts";

const DEFAULT_EVERY_MS = 15 * SECOND;
export const LEAST_DEFAULT_HOLD_MS = 30 * MINUTE;

/** What a gate draws on. */
export type Surroundings = Omit<Shelf, "profiles"> & { readonly profile: ProfileScope | null };

/** The whole gate; null when anything about it is an error. Every rule is asked, whatever the others found. */
export function resolveGate(
  fields: GateFields,
  surroundings: Surroundings,
  defaults: Defaults,
  list: ProblemList,
): Gate | null {
  const { complain } = list;
  const given = fields.values;
  const source = sourceOf(fields, defaults, complain);
  const flag = given.flag === undefined ? null : resolveFlag(given.flag, defaults, complain);
  const context = {
    ...surroundings,
    source,
    missing: given.data?.missing ?? DEFAULT_MISSING,
    scrapeIntervalMs: defaults.scrapeIntervalMs,
  };
  const signals = (given.signals ?? [])
    .map((signal) => resolveSignal(signal, context, complain))
    .filter((signal) => signal !== null);
  const alerts = resolveAlerts(given.alerts ?? [], context, complain);
  const slowest = slowestOf(
    signals.map(({ signal }) => signal),
    flag?.propagationMs ?? 0,
    defaults.scrapeIntervalMs,
  );
  const ramp = resolveSteps(
    given.steps ?? null,
    given.stopsAt ?? null,
    Math.max(LEAST_DEFAULT_HOLD_MS, slowest?.settleMs ?? 0),
  );

  const extra = { ...surroundings, ...context };
  const requires = resolveRequirements(given.requires ?? [], extra, complain);
  const touches = resolveTouches(given.touches ?? [], surroundings.flows, complain);
  resolveWindows(given.calendars ?? [], surroundings.windows, complain);
  const reconcile = resolveTasks(given.rollback?.reconcile?.tasks ?? [], context, complain);

  const writes = writerAt(given.touches);
  hasOwner(fields, "gate", complain, writes === null ? "hint" : "error");
  for (const each of [fields, ...(given.signals ?? [])]) runbookLink(each, complain);
  noEffect(fields, complain);
  if (given.flag !== undefined) stickiness(given.flag, writes !== null, complain);
  cleanUp(fields, writes, complain);
  reconcileTasks(given.rollback?.reconcile?.tasks ?? [], complain);
  signalNames(signals, complain);
  checkEvidence(fields, signals, complain);
  checkStart(fields, signals, complain);
  if (given.flag === undefined) beforeNoRamp(signals, complain);
  const areAllRead = given.signals?.length === signals.length;
  provable(given.steps ?? [], signals, areAllRead, complain);
  checkRamp(fields, slowest, complain);
  checkDeploy(fields, complain);
  const delays = { propagationMs: flag?.propagationMs ?? 0, scrapeIntervalMs: defaults.scrapeIntervalMs };
  const own = signals.map(({ signal }) => signal);
  if (flag !== null) bakeSettle(given.steps ?? [], own, delays, complain);
  if (flag !== null)
    blindSteps(signals, alerts, ramp.steps, fields.at(fields.has("steps") ? "steps" : "flag"), complain);

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
    promises: flag === null ? [] : resolvePromises(given.steps ?? [], promisesOf(given.requires ?? [])),
    signals: signals.map(({ signal }) => signal),
    alerts,
    service: given.service ?? null,
    onDeploy: given.onDeploy ?? "settle",
    data: given.data?.policy ?? DEFAULT_DATA,
    drift: given.drift ?? DEFAULT_DRIFT,
    ...(given.rollback?.policy ?? DEFAULT_ROLLBACK),
    ...laterOf(fields),
    ...(touches.length === 0 ? {} : { touches }),
    ...(requires.length === 0 ? {} : { requires }),
    ...(reconcile.length === 0 ? {} : { reconcile }),
  };
}

/** What nothing is looked up for. A default is left out, as if it had not been written. */
function laterOf({
  values,
}: GateFields): Pick<Gate, "calendars" | "debt" | "priority" | "evidence" | "start"> {
  const { calendars, debt, priority, evidence, start } = values;
  return {
    ...(calendars === undefined ? {} : { calendars: calendars.map(({ value }) => value) }),
    ...(debt === undefined
      ? {}
      : { debt: { tolerate: debt.values.tolerate ?? 0, waiver: debt.values.waiver ?? null } }),
    ...(priority === undefined || priority === 0 ? {} : { priority }),
    ...(evidence === undefined ? {} : { evidence: evidence.values }),
    ...(start === "auto" ? { start } : {}),
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

/** R124: a gate without evidence could never open. Signals that could not be read may well have been the evidence. */
function checkEvidence(fields: GateFields, signals: readonly PlacedSignal[], complain: Complain): void {
  if (!fields.has("signals")) {
    // Guards alone may close a deploy; exposure needs positive evidence.
    if (fields.has("alerts") && !fields.has("flag")) return;
    const suggestion = "add `signals:` with at least one query and a limit";
    const message = fields.has("alerts")
      ? "alerts are guards and prove no health: a gate with a flag needs a signal"
      : "the gate has no signals";
    complain({ code: "R124", at: fields.head, message, suggestion });
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

/** R212: cohorts have nothing to say before somebody is exposed, so they alone would never let a ramp begin. */
function checkStart(fields: GateFields, signals: readonly PlacedSignal[], complain: Complain): void {
  const proving = signals.filter(({ signal }) => signal.gates.includes("advance"));
  const [first] = proving;
  if (!fields.has("flag") || first === undefined) return;
  if (proving.some(({ signal }) => !isUnreadable(signal, "candidate"))) return;
  if (fields.values.signals?.length !== signals.length) return;
  complain({
    code: "R212",
    at: first.at,
    message: "no signal can be read while nobody is exposed, so exposure could never grow",
    suggestion: "add a signal without cohorts",
  });
}

/** R209: what was before a ramp is nothing where there is none. */
function beforeNoRamp(signals: readonly PlacedSignal[], complain: Complain): void {
  for (const { at, limits } of signals) {
    for (const { limit, at: placed } of limits) {
      if (!comparesWithBefore(limit)) continue;
      const message = `\`${limit.text}\` compares with the days before a ramp, and this gate has no flag`;
      const suggestion = "write `of last week`";
      complain({ code: "R209", at: placed.file === at.file ? placed : at, message, suggestion });
    }
  }
}

/** R127: what a deploy does needs to know whose deploy it is. */
function checkDeploy(fields: GateFields, complain: Complain): void {
  if (!fields.has("onDeploy") || fields.has("service")) return;
  complain({
    code: "R127",
    at: fields.at("onDeploy"),
    message: "`onDeploy` says what a deploy does, and no `service` says whose",
    suggestion: "add `service:`, the name under which CI tells its deploys",
  });
}

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

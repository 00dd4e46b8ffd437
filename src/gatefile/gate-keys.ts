import { z } from "zod";

import type { DataPolicy, DriftPolicy, MissingBounds } from "../domain/gate.ts";
import { HOUR, type Millis, MINUTE, SECOND } from "../domain/instant.ts";
import { alertList } from "./alert.ts";
import { flagDraft } from "./flag.ts";
import {
  anything,
  duration,
  leaf,
  listOf,
  longerThanNothing,
  name,
  oneOf,
  type Read,
  sentence,
} from "./leaf.ts";
import { type Fields, readMap, unsupported } from "./mapping.ts";
import { missingBounds } from "./missing-bounds.ts";
import { argumentsGiven, parameters } from "./parameters.ts";
import { percent } from "./percent.ts";
import { GATE_SIGNAL_KEYS, type GateSignalFields, LATER_SIGNAL_KEYS } from "./signal-keys.ts";
import { requirementList } from "./requirement.ts";
import { stepList } from "./steps.ts";

type DataFields = { readonly policy: DataPolicy; readonly missing: MissingBounds | null };

const DARK = { darkPageMs: 5 * MINUTE, darkHaltMs: 30 * MINUTE, darkRollbackMs: null } as const;

export const DEFAULT_DATA: DataPolicy = { missing: "wait", ...DARK };

const data: Read<DataFields> = (value, complain) => {
  const keys = {
    missing: oneOf("wait", "halt", "rollback"),
    missingFor: missingBounds,
    dark: oneOf("halt", "rollback"),
  } as const;
  const given = readMap(value, { what: "`data`", keys }, complain)?.values;
  if (given === undefined) return undefined;
  const darkRollbackMs = given.dark === "rollback" ? 2 * HOUR : null;
  return {
    policy: { ...DARK, missing: given.missing ?? "wait", darkRollbackMs },
    missing: given.missingFor ?? null,
  };
};

type RollbackFields = { readonly haltDeadlineMs: Millis; readonly cooldownMs: Millis };

export const DEFAULT_ROLLBACK: RollbackFields = { haltDeadlineMs: 2 * HOUR, cooldownMs: HOUR };

const rollbackMode: Read<"revert"> = (value, complain) => {
  if (value.kind === "scalar" && value.value === "drain") {
    complain(unsupported(value.at, "`mode: drain`"));
    return undefined;
  }
  return oneOf("revert")(value, complain);
};

const startMode: Read<"manual"> = (value, complain) => {
  if (value.kind === "scalar" && value.value === "auto") {
    complain(unsupported(value.at, "`start: auto`"));
    return undefined;
  }
  return oneOf("manual")(value, complain);
};

const rollbackTo: Read<number> = (value, complain) => {
  const to = percent(value, complain);
  if (to !== undefined && to > 0) complain(unsupported(value.at, `a rollback to ${to}%`));
  return to;
};

const rollback: Read<RollbackFields> = (value, complain) => {
  const keys = {
    to: rollbackTo,
    mode: rollbackMode,
    haltDeadline: longerThanNothing,
    cooldown: duration(),
  } as const;
  const shape = {
    what: "`rollback`",
    keys,
    unsupported: ["reconcile", "drainDeadline", "rotateCohort"],
  } as const;
  const given = readMap(value, shape, complain)?.values;
  if (given === undefined) return undefined;
  return {
    haltDeadlineMs: given.haltDeadline ?? DEFAULT_ROLLBACK.haltDeadlineMs,
    cooldownMs: given.cooldown ?? DEFAULT_ROLLBACK.cooldownMs,
  };
};

export const DEFAULT_DRIFT: DriftPolicy = { raised: "halt", changed: "halt" };

const drift: Read<DriftPolicy> = (value, complain) => {
  const keys = { raised: oneOf("halt", "revert"), changed: oneOf("halt", "rollback") } as const;
  const given = readMap(value, { what: "`drift`", keys }, complain)?.values;
  return given === undefined ? undefined : { ...DEFAULT_DRIFT, ...given };
};

const signal: Read<GateSignalFields> = (value, complain) =>
  readMap(value, { what: "a signal", keys: GATE_SIGNAL_KEYS, unsupported: LATER_SIGNAL_KEYS }, complain);

/** As CI names it: anything that fits on a command line. */
const serviceName = leaf(
  z.string().regex(/^[A-Za-z0-9_.:/-]{1,100}$/),
  "the name of a service: at most 100 letters, digits and `_.:/-`",
);

const GATE_KEYS = {
  schema: anything,
  name,
  title: sentence,
  owner: sentence,
  runbook: sentence,
  change: sentence,
  every: duration({ ms: SECOND, says: "at least 1s" }),
  mode: oneOf("observe", "act"),
  start: startMode,
  source: sentence,
  flag: flagDraft,
  steps: stepList,
  stopsAt: percent,
  requires: requirementList,
  signals: listOf(signal, "a list of signals"),
  alerts: alertList,
  service: serviceName,
  onDeploy: oneOf("settle", "restart-step", "note"),
  data,
  rollback,
  drift,
  profile: name,
  with: argumentsGiven,
} as const;

export type GateFields = Fields<typeof GATE_KEYS>;

export const GATE_SHAPE = {
  what: "a gate",
  keys: GATE_KEYS,
  unsupported: ["calendars", "debt", "evidence", "priority", "touches"],
  required: ["name"],
} as const;

/** What a gate takes from its profile where it says nothing itself. */
const INHERITED_KEYS = {
  owner: GATE_KEYS.owner,
  runbook: GATE_KEYS.runbook,
  every: GATE_KEYS.every,
  steps: GATE_KEYS.steps,
  stopsAt: GATE_KEYS.stopsAt,
  signals: GATE_KEYS.signals,
  alerts: GATE_KEYS.alerts,
  service: GATE_KEYS.service,
  onDeploy: GATE_KEYS.onDeploy,
  data: GATE_KEYS.data,
  rollback: GATE_KEYS.rollback,
  drift: GATE_KEYS.drift,
} as const;

export const INHERITED: readonly string[] = Object.keys(INHERITED_KEYS);

/** Keys that say how a ramp goes: a gate without a flag has none. */
export const RAMP_KEYS = ["steps", "stopsAt", "requires", "start", "mode", "rollback", "drift"] as const;

const PROFILE_KEYS = {
  schema: anything,
  name,
  title: sentence,
  params: parameters,
  ...INHERITED_KEYS,
} as const;

export type ProfileFields = Fields<typeof PROFILE_KEYS>;

export const PROFILE_SHAPE = {
  what: "a profile",
  keys: PROFILE_KEYS,
  unsupported: ["requires"],
  required: ["name"],
} as const;

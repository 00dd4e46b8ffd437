import { z } from "zod";

import type { DataPolicy, DriftPolicy, Gate, MissingBounds } from "../domain/gate.ts";
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
  serviceName,
  share,
  wholeNumber,
} from "./leaf.ts";
import { debtPolicy } from "./flow-keys.ts";
import { type Fields, jsonOfMap, mapping, readMap } from "./mapping.ts";
import { missingBounds } from "./missing-bounds.ts";
import { argumentsGiven, parameters } from "./parameters.ts";
import { nameList } from "./names.ts";
import { percent, rollbackPercent } from "./percent.ts";
import { shaped, told } from "./read.ts";
import { type TaskFields, taskList } from "./reconcile.ts";
import type { Complain } from "./problem-list.ts";
import { GATE_SIGNAL_KEYS, LATER_SIGNAL_KEYS } from "./signal-keys.ts";
import { requirementList } from "./requirement.ts";
import type { Span } from "./source.ts";
import { stepList } from "./steps.ts";
import { touchList } from "./touch.ts";

type DataFields = { readonly policy: DataPolicy; readonly missing: MissingBounds | null };

const DARK = { darkPageMs: 5 * MINUTE, darkHaltMs: 30 * MINUTE, darkRollbackMs: null } as const;

export const DEFAULT_DATA: DataPolicy = { missing: "wait", ...DARK };

const DATA_SHAPE = {
  what: "`data`",
  keys: {
    missing: oneOf("wait", "halt", "rollback"),
    missingFor: missingBounds,
    dark: oneOf("halt", "rollback"),
  },
} as const;

const data: Read<DataFields> = shaped(jsonOfMap(DATA_SHAPE), (value, complain) => {
  const given = readMap(value, DATA_SHAPE, complain)?.values;
  if (given === undefined) return undefined;
  const darkRollbackMs = given.dark === "rollback" ? 2 * HOUR : null;
  return {
    policy: { ...DARK, missing: given.missing ?? "wait", darkRollbackMs },
    missing: given.missingFor ?? null,
  };
});

type RollbackPolicy = Pick<Gate, "haltDeadlineMs" | "cooldownMs" | "drainMs" | "rotateCohort">;

type RollbackFields = {
  readonly policy: RollbackPolicy;
  readonly mode: "revert" | "drain" | null;
  /** Tasks are null where the list could not be read. */
  readonly reconcile: { readonly tasks: readonly TaskFields[] | null; readonly at: Span } | null;
};

export const DEFAULT_ROLLBACK: RollbackPolicy = {
  haltDeadlineMs: 2 * HOUR,
  cooldownMs: HOUR,
  rotateCohort: null,
};

const DEFAULT_DRAIN_MS: Millis = 72 * HOUR;

const ROLLBACK_SHAPE = {
  what: "`rollback`",
  keys: {
    to: rollbackPercent,
    mode: oneOf("revert", "drain"),
    haltDeadline: longerThanNothing,
    cooldown: duration(),
    drainDeadline: longerThanNothing,
    rotateCohort: leaf(z.boolean(), "`true` or `false`"),
    reconcile: taskList,
  },
} as const;

const rollback: Read<RollbackFields> = shaped(jsonOfMap(ROLLBACK_SHAPE), (value, complain) => {
  const fields = readMap(value, ROLLBACK_SHAPE, complain);
  if (fields === undefined) return undefined;
  const { mode, haltDeadline, cooldown, drainDeadline, rotateCohort, reconcile } = fields.values;
  drainTogether(fields, complain);
  return {
    policy: {
      haltDeadlineMs: haltDeadline ?? DEFAULT_ROLLBACK.haltDeadlineMs,
      cooldownMs: cooldown ?? DEFAULT_ROLLBACK.cooldownMs,
      rotateCohort: rotateCohort === true ? true : null,
      ...(mode === "drain" ? { drainMs: drainDeadline ?? DEFAULT_DRAIN_MS } : {}),
    },
    mode: mode ?? null,
    reconcile: fields.has("reconcile") ? { tasks: reconcile ?? null, at: fields.at("reconcile") } : null,
  };
});

type DrainFields = { has(key: "mode" | "drainDeadline"): boolean; at(key: "drainDeadline"): Span } & {
  readonly values: { readonly mode?: "revert" | "drain" };
};

/** R128: a deadline of what never begins. */
function drainTogether(fields: DrainFields, complain: Complain): void {
  const isUnread = fields.has("mode") && fields.values.mode === undefined;
  if (!fields.has("drainDeadline") || isUnread || fields.values.mode === "drain") return;
  complain({
    code: "R128",
    at: fields.at("drainDeadline"),
    message: "`drainDeadline` says when a drain ends, and this gate does not drain",
    suggestion: "add `mode: drain`, or leave it out",
  });
}

export const DEFAULT_DRIFT: DriftPolicy = { raised: "halt", changed: "halt" };

const DRIFT_SHAPE = {
  what: "`drift`",
  keys: { raised: oneOf("halt", "revert"), changed: oneOf("halt", "rollback") },
} as const;

const drift: Read<DriftPolicy> = shaped(jsonOfMap(DRIFT_SHAPE), (value, complain) => {
  const given = readMap(value, DRIFT_SHAPE, complain)?.values;
  return given === undefined ? undefined : { ...DEFAULT_DRIFT, ...given };
});

export const EVIDENCE_SHAPE = {
  what: "`evidence`",
  keys: {
    falseHalt: told(share, "percent", "How often a healthy ramp may be halted by evidence", "`5%`"),
    falseRollback: told(share, "percent", "How often a healthy ramp may be rolled back by it", "`1%`"),
    falseAdvance: told(share, "percent", "How often a step may go on in spite of harm", "`5%`"),
  },
} as const;

const signal = mapping({ what: "a signal", keys: GATE_SIGNAL_KEYS, unsupported: LATER_SIGNAL_KEYS });

const GATE_KEYS = {
  schema: anything,
  name,
  title: sentence,
  owner: sentence,
  runbook: sentence,
  change: sentence,
  every: duration({ ms: SECOND, says: "at least 1s" }),
  mode: oneOf("observe", "act"),
  start: oneOf("manual", "auto"),
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
  touches: touchList,
  calendars: nameList,
  debt: debtPolicy,
  priority: wholeNumber(0),
  evidence: mapping(EVIDENCE_SHAPE),
} as const;

export type GateFields = Fields<typeof GATE_KEYS>;

export const GATE_SHAPE = {
  what: "a gate",
  keys: GATE_KEYS,
  required: ["name"],
} as const;

/** What a gate takes from its profile where it says nothing itself. */
const INHERITED_KEYS = {
  owner: GATE_KEYS.owner,
  runbook: GATE_KEYS.runbook,
  every: GATE_KEYS.every,
  steps: GATE_KEYS.steps,
  stopsAt: GATE_KEYS.stopsAt,
  requires: GATE_KEYS.requires,
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
export const RAMP_KEYS = [
  "steps",
  "stopsAt",
  "requires",
  "start",
  "mode",
  "rollback",
  "drift",
  "touches",
  "debt",
  "priority",
] as const;

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
  required: ["name"],
} as const;

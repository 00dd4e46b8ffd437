import { z } from "zod";

import type { DataPolicy, DriftPolicy, Gate, MissingBounds } from "../domain/gate.ts";
import { DAY, HOUR, type Millis, MINUTE, SECOND } from "../domain/instant.ts";
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

export const DATA_SHAPE = {
  what: "`data`",
  keys: {
    missing: told(
      oneOf("wait", "halt", "rollback"),
      "`wait`, `halt`, `rollback`",
      "What a missing reading does at once. There is no way to pass",
      "`wait`",
    ),
    missingFor: told(
      missingBounds,
      "mapping",
      "After how long. What is not named never happens; `{}` is a warning",
      "`{ 30m: halt, 2h: rollback }`",
    ),
    dark: told(
      oneOf("halt", "rollback"),
      "`halt`, `rollback`",
      "When the whole source answers nothing: a page after 5 minutes, a halt after 30, and with `rollback` a rollback after 2 hours. [Maintenance](cli.md#maintenance-of-a-source) stops these clocks",
      "`halt`",
    ),
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

export const ROLLBACK_SHAPE = {
  what: "`rollback`",
  keys: {
    to: told(rollbackPercent, "`0%`", "", "`0%`"),
    mode: told(
      oneOf("revert", "drain"),
      "`revert`, `drain`",
      "`drain`: whoever took the new path before may finish there; see below",
      "`revert`",
    ),
    haltDeadline: told(
      longerThanNothing,
      "duration above 0",
      "A halt that lasts this long while a signal stays at halt becomes a rollback",
      "`2h`",
    ),
    cooldown: told(duration(), "duration", "How long after a rollback `rampart restart` is refused", "`1h`"),
    drainDeadline: told(
      longerThanNothing,
      "duration above 0",
      "With `mode: drain`: when the drain is over, whoever is left",
      "`72h`",
    ),
    rotateCohort: told(
      leaf(z.boolean(), "`true` or `false`"),
      "`true`, `false`",
      "Whether a restart reaches other users first than the run before it",
      "`false`",
    ),
    reconcile: told(
      taskList,
      "list",
      "[What is cleaned up](#reconcile), in this order. No effect yet",
      "none",
    ),
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

export const DRIFT_SHAPE = {
  what: "`drift`",
  keys: {
    raised: told(
      oneOf("halt", "revert"),
      "`halt`, `revert`",
      "The percent was raised: halt and wait for `adopt-flag`, `restore` or `rollback`; or write the recorded percent again",
      "`halt`",
    ),
    changed: told(
      oneOf("halt", "rollback"),
      "`halt`, `rollback`",
      "The audience changed: stickiness, constraints, segments, variants, a companion, another enabled strategy",
      "`halt`",
    ),
  },
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
  schema: told(anything, "`gate/v1`", ""),
  name: told(
    name,
    "1 to 60 of `a-z`, `0-9`, `-`",
    "What commands, records and messages call it; once in the folder",
  ),
  title: told(sentence, "text", "For people", "none"),
  owner: told(sentence, "text", "Who is asked. In every message", "none (warning)"),
  runbook: told(sentence, "link", "What to do at night. In every message", "none (hint)"),
  change: told(sentence, "text", "What the gate is for; a note", "none"),
  every: told(
    duration({ ms: SECOND, says: "at least 1s" }, { ms: DAY, says: "at most 1d" }),
    "duration, 1s to 1d",
    "Time between two passes",
    "`15s`",
  ),
  mode: told(
    oneOf("observe", "act"),
    "`observe`, `act`",
    "`observe`: never writes, whatever is commanded. `act`: writes without `rampart act`. Left out: watches until `rampart act`",
    "by command",
  ),
  start: told(
    oneOf("manual", "auto"),
    "`manual`, `auto`",
    "A ramp begins by `rampart start`. `auto`, by itself, has [no effect yet](#what-a-gate-shares)",
    "`manual`",
  ),
  source: told(sentence, "name", "Which Prometheus its signals are read from", "the only source"),
  flag: told(flagDraft, "name or mapping", "[What it drives](#flag)", "none"),
  steps: told(stepList, "list", "[How far, how slowly](#steps)", "5, 25, 50, 100 %"),
  stopsAt: told(percent, "percent", "Where the ramp ends. The last step must be exactly this", "`100%`"),
  requires: told(requirementList, "list", "[What must hold](#requires) before every increase", "none"),
  signals: told(
    listOf(signal, "a list of signals"),
    "list",
    "[What it judges](#signals). Of a gate with a flag at least one counts for `advance`",
    "needed, or `alerts` without a flag",
  ),
  alerts: told(alertList, "list", "[Alerting rules](#alerts) that stop it", "none"),
  service: told(
    serviceName,
    "at most 100 letters, digits, `_.:/-`",
    "The service whose deploys concern the gate, as the pipeline names it (`rampart deployed`)",
    "none",
  ),
  onDeploy: told(
    oneOf("settle", "restart-step", "note"),
    "`settle`, `restart-step`, `note`",
    "What a deploy of that service does to the ramp: readings settle anew; hold and bake begin anew, too; or it is only remembered. Needs `service`",
    "`settle`",
  ),
  data: told(data, "mapping", "[What missing data does](#missing-data)"),
  rollback: told(rollback, "mapping", "[Deadlines](#rollback)"),
  drift: told(drift, "mapping", "[Changes by hand](#drift)"),
  profile: told(name, "name", "The [profile](#profiles) it is built on", "none"),
  with: told(argumentsGiven, "mapping", "Values for the profile's parameters"),
  touches: told(
    touchList,
    "list",
    "[What it does in which flow](#what-a-gate-shares). No effect yet, like all that follow",
    "none",
  ),
  calendars: told(
    nameList,
    "list of names",
    "[Windows](#windows) that hold for it, beside those of its flows",
    "none",
  ),
  debt: told(
    debtPolicy,
    "`{ tolerate, waiver }`",
    "With more than `tolerate` left to repair of its own nothing grows; `waiver` may let it pass",
    "`{ tolerate: 0 }`",
  ),
  priority: told(
    wholeNumber(0),
    "whole number from 0",
    "Of ramps that wait for one another the highest goes first",
    "`0`",
  ),
  evidence: told(mapping(EVIDENCE_SHAPE), "mapping", "[How often evidence may be wrong](#evidence)"),
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

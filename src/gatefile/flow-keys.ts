import { entriesOf } from "./entries.ts";
import {
  anything,
  duration,
  inOwnGrammar,
  listOf,
  name,
  oneOf,
  type Read,
  sentence,
  serviceName,
  wholeNumber,
} from "./leaf.ts";
import { type Fields, mapping } from "./mapping.ts";
import { nameList, placed } from "./names.ts";
import { percent } from "./percent.ts";
import { shaped, told } from "./read.ts";
import { GATE_SIGNAL_KEYS, LATER_SIGNAL_KEYS } from "./signal-keys.ts";

const entity = mapping({
  what: "an entity",
  keys: {
    record: told(name, "name", "The system of record"),
    owner: told(sentence, "text", "Who is asked about it", "none"),
    contract: told(name, "name", "Under which contract systems exchange it", "none"),
  },
  required: ["record"],
});

const separation: Read<"auto" | { readonly ms: number }> = shaped(
  { anyOf: [{ const: "auto" }, duration().json ?? {}] },
  (value, complain) => {
    if (value.kind === "scalar" && value.value === "auto") return "auto";
    const ms = duration()(value, complain);
    return ms === undefined ? undefined : { ms };
  },
);

export const POLICY_SHAPE = {
  what: "`policy`",
  keys: {
    unproven: told(
      percent,
      "percent",
      "How much two or more ramps together may have on unproven paths. One alone may go higher",
      "`30%`",
    ),
    bakeCounts: told(percent, "percent", "How much of that a ramp uses that bakes", "`10%`"),
    separation: told(
      separation,
      "`auto`, duration",
      "Least time between two increases in the flow. `auto`: the longest settle among the signals with `advance` of the ramps under way",
      "`auto`",
    ),
    tieBreak: told(
      listOf(oneOf("priority", "oldest"), "a list of `priority` and `oldest`"),
      "list of `priority`, `oldest`",
      "Who goes first of those that wait",
      "`[priority, oldest]`",
    ),
    unattributed: told(
      oneOf("halt-all", "rollback-latest", "rollback-all"),
      "`halt-all`, `rollback-latest`, `rollback-all`",
      "What a breaker does that no ramp can be blamed for",
      "`halt-all`",
    ),
  },
} as const;

const policy = mapping(POLICY_SHAPE);

/** How much may be left to repair, of a flow and of a gate. */
export const debtPolicy = mapping({
  what: "`debt`",
  keys: {
    tolerate: told(wholeNumber(0), "whole number from 0", "With more left to repair nothing grows", "`0`"),
    waiver: told(sentence, "text", "Who may let it pass: a person or group", "nobody"),
  },
});

const signal = mapping({ what: "a signal", keys: GATE_SIGNAL_KEYS, unsupported: LATER_SIGNAL_KEYS });

const FLOW_KEYS = {
  schema: told(anything, "`flow/v1`", ""),
  name: told(name, "as a gate's", "What gates call it; once in the folder"),
  title: told(sentence, "text", "For people", "none"),
  owner: told(sentence, "text", "Who is asked", "none (warning)"),
  oncall: told(sentence, "text", "Who is paged when no gate's owner can be", "none"),
  stages: told(nameList, "list of names", "What an entity passes, in order"),
  entities: told(
    entriesOf(name, entity, "a mapping of entities"),
    "mapping",
    "What moves along it, each `{ record, owner, contract }`",
    "none",
  ),
  integrations: told(nameList, "list of names", "What carries entities from one system to the next", "none"),
  services: told(
    entriesOf(serviceName, placed(name), "a mapping from services to stages"),
    "mapping",
    "The stage that a deploy of each service concerns",
    "none",
  ),
  value: told(inOwnGrammar("a PromQL query"), "PromQL", "Money per hour, for people who approve", "none"),
  source: told(sentence, "name", "Which Prometheus it is read from", "the only source"),
  policy: told(policy, "mapping", "[How ramps share the flow](#policy)"),
  breakers: told(
    listOf(signal, "a list of signals"),
    "list of [signals](#signals)",
    "Guards that hold for every ramp in the flow",
    "none",
  ),
  panic: told(
    listOf(signal, "a list of signals"),
    "list of [signals](#signals)",
    "Damage so fast that, past `rollback`, everything unproven goes back at once",
    "none",
  ),
  calendars: told(
    nameList,
    "list of names",
    "[Windows](#windows) that hold for every ramp in the flow",
    "none",
  ),
  debt: told(
    debtPolicy,
    "`{ tolerate, waiver }`",
    "How much may be left to repair before nothing more grows, and who can let it pass",
    "`{ tolerate: 0 }`",
  ),
} as const;

export type FlowFields = Fields<typeof FLOW_KEYS>;

export const FLOW_SHAPE = { what: "a flow", keys: FLOW_KEYS, required: ["name", "stages"] } as const;

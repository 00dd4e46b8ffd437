import { z } from "zod";

import type { Requirement } from "../domain/coupling.ts";
import { nearestName } from "../text/nearest-name.ts";
import { approvalDemands, type PromiseAsked } from "./approval.ts";
import type { Flows } from "./flow.ts";
import { leaf, listOf, name, oneOf, type Read, wholeNumber, wordList } from "./leaf.ts";
import { type Fields, jsonOfMap, readMap } from "./mapping.ts";
import { nameList, placed } from "./names.ts";
import { argumentsGiven } from "./parameters.ts";
import type { Complain } from "./problem-list.ts";
import { shaped, told } from "./read.ts";
import { resolveFlowName, resolveGateName } from "./references.ts";
import { resolveSignal, type SignalContext } from "./signal.ts";
import { limitSentence } from "./signal-limits.ts";
import type { Span } from "./source.ts";
import { asUsed } from "./used-signal.ts";
import { headOf, type Value } from "./value.ts";

/** YAML reads an unquoted 3.10 as 3.1: a number is refused, whatever it is. */
const version = leaf(
  z.string().regex(/^v?\d+(?:\.\d+){0,2}$/),
  "a version such as `v3.2`, or one in quotes",
  {
    suggestion: ({ value, source }) => (typeof value === "number" ? `write \`v${source}\`` : null),
  },
);

const PROMISE = {
  what: "a requirement",
  keys: { approve: approvalDemands },
  required: ["approve"],
} as const;

export const CONTRACT_SHAPE = {
  what: "a requirement on a contract",
  keys: {
    contract: told(name, "name", "The contract that the new path writes by"),
    speaks: told(version, "version, `v3.2` or in quotes", "The version it writes"),
    by: told(nameList, "list of names", "The systems that must understand it"),
  },
  required: ["contract", "speaks", "by"],
} as const;

export const SIGNAL_SHAPE = {
  what: "a requirement on a signal",
  keys: {
    signal: told(name, "name", "A signal of a [library](#libraries)"),
    with: told(argumentsGiven, "mapping", "Values for its parameters", "none"),
    advance: told(limitSentence, "limit", "What must hold", "the library's"),
    floor: told(
      wholeNumber(1),
      "whole number from 1",
      "A ratio on fewer samples does not hold",
      "the library's",
    ),
  },
  required: ["signal"],
} as const;

export const GATE_REQUIREMENT_SHAPE = {
  what: "a requirement on a gate",
  keys: {
    gate: told(placed(name), "name", "Another gate"),
    is: told(oneOf("settled"), "`settled`", "It stands at 0 % or has finished, and nowhere in between"),
  },
  required: ["gate", "is"],
} as const;

export const NO_DEBT_SHAPE = {
  what: "a requirement on debt",
  keys: {
    "no-debt": told(
      placed(name),
      "name",
      "A [flow](#flows) in which nothing is left to repair, beyond what it tolerates",
    ),
  },
  required: ["no-debt"],
} as const;

const SHAPES = {
  approve: PROMISE,
  contract: CONTRACT_SHAPE,
  signal: SIGNAL_SHAPE,
  gate: GATE_REQUIREMENT_SHAPE,
  "no-debt": NO_DEBT_SHAPE,
} as const;

const KINDS = ["approve", "contract", "signal", "gate", "no-debt"] as const;

/** One requirement as it is written; the head is where it stands. */
export type RequirementDraft = { readonly head: Span } & (
  | { readonly kind: "approve"; readonly promises: readonly PromiseAsked[] }
  | { readonly kind: "contract"; readonly fields: Fields<typeof CONTRACT_SHAPE.keys> }
  | { readonly kind: "signal"; readonly fields: Fields<typeof SIGNAL_SHAPE.keys> }
  | { readonly kind: "gate"; readonly fields: Fields<typeof GATE_REQUIREMENT_SHAPE.keys> }
  | { readonly kind: "no-debt"; readonly fields: Fields<typeof NO_DEBT_SHAPE.keys> }
);

/** What must hold before every increase, by the key that says what it is about. */
const requirement: Read<RequirementDraft> = shaped(
  { anyOf: KINDS.map((kind) => jsonOfMap(SHAPES[kind])) },
  (value, complain) => {
    const kind = kindOf(value);
    switch (kind) {
      case "approve":
        return promised(value, complain);
      case "contract":
        return draftOf(kind, readMap(value, CONTRACT_SHAPE, complain));
      case "signal":
        return draftOf(kind, readMap(value, SIGNAL_SHAPE, complain));
      case "gate":
        return draftOf(kind, readMap(value, GATE_REQUIREMENT_SHAPE, complain));
      case "no-debt":
        return draftOf(kind, readMap(value, NO_DEBT_SHAPE, complain));
      case null:
        return unknownKind(value, complain);
    }
  },
);

function kindOf(value: Value): (typeof KINDS)[number] | null {
  if (value.kind !== "map") return null;
  return KINDS.find((kind) => value.entries.some(({ key }) => key === kind)) ?? null;
}

function draftOf<K extends string, F extends { readonly head: Span }>(kind: K, fields: F | undefined) {
  return fields === undefined ? undefined : { kind, fields, head: fields.head };
}

function promised(value: Value, complain: Complain): RequirementDraft | undefined {
  const fields = readMap(value, PROMISE, complain);
  const given = fields?.values.approve;
  for (const at of given?.approvalsAt ?? []) {
    complain({
      code: "R108",
      at,
      message: "only promises are asked for here: what a step asks for anew stands at that step",
      suggestion: "write `{ by: ..., once: true, says: ... }`",
    });
  }
  if (fields === undefined || given === undefined) return undefined;
  return { kind: "approve", promises: given.promises, head: fields.head };
}

/** Nothing says what it is about: perhaps a key that is misspelt. */
function unknownKind(value: Value, complain: Complain): undefined {
  if (value.kind !== "map") {
    readMap(value, PROMISE, complain);
    return undefined;
  }
  const near = value.entries.map(({ key }) => nearestName(key, KINDS)).find((each) => each !== null);
  complain({
    code: "R107",
    at: headOf(value),
    message: `a requirement needs one of ${wordList(KINDS)}`,
    suggestion: near === undefined ? null : `did you mean \`${near}\`?`,
  });
  return undefined;
}

export const requirementList: Read<readonly RequirementDraft[]> = listOf(
  requirement,
  "a list of requirements",
);

export function promisesOf(drafts: readonly RequirementDraft[]): readonly PromiseAsked[] {
  return drafts.flatMap((draft) => (draft.kind === "approve" ? draft.promises : []));
}

type RequirementContext = SignalContext & { readonly flows: Flows; readonly gates: readonly string[] };

/** What must hold beside promises, with everything it names looked up; what cannot be is left out, and complained. */
export function resolveRequirements(
  drafts: readonly RequirementDraft[],
  context: RequirementContext,
  complain: Complain,
): readonly Requirement[] {
  return drafts.flatMap((draft) => resolved(draft, context, complain) ?? []);
}

function resolved(
  draft: RequirementDraft,
  context: RequirementContext,
  complain: Complain,
): Requirement | null {
  switch (draft.kind) {
    case "approve":
      return null;
    case "contract": {
      const { contract, speaks, by } = draft.fields.values;
      if (contract === undefined || speaks === undefined || by === undefined) return null;
      const systems = by.map(({ value }) => value);
      return { kind: "contract", contract, speaks: speaks.replace(/^v/, ""), by: systems };
    }
    case "signal": {
      const { signal: use, ...rest } = draft.fields.values;
      if (use === undefined) return null;
      const keys = { use: "signal", with: "with", advance: "advance", floor: "floor" };
      const found = resolveSignal(asUsed({ use, ...rest }, keys, draft.fields), context, complain);
      return found === null ? null : { kind: "signal", signal: found.signal };
    }
    case "gate": {
      const { gate, is } = draft.fields.values;
      if (gate === undefined || is === undefined) return null;
      resolveGateName(gate, context.gates, complain);
      return { kind: "gate", gate: gate.value, is };
    }
    case "no-debt": {
      const { "no-debt": flow } = draft.fields.values;
      if (flow === undefined) return null;
      resolveFlowName(flow, context.flows, complain);
      return { kind: "no-debt", flow: flow.value };
    }
  }
}

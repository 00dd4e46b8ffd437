import { z } from "zod";

import type { ApprovalDemand, PromiseDemand } from "../domain/gate.ts";
import { HOUR } from "../domain/instant.ts";
import { leaf, longerThanNothing, oneOf, type Read, sentence, wholeNumber } from "./leaf.ts";
import { type Fields, jsonOfMap, readMap } from "./mapping.ts";
import type { Complain } from "./problem-list.ts";
import type { Span } from "./source.ts";
import { type JsonSchema, shaped, told } from "./read.ts";

const DEFAULTS = { count: 1, notAuthor: false, expiresMs: 8 * HOUR, onReject: "rollback" } as const;

const APPROVAL_KEYS = {
  by: told(sentence, "text", "A group under `people:` of the configuration"),
  count: told(wholeNumber(1), "whole number from 1", "How many different people of it", "`1`"),
  not: told(
    oneOf("author"),
    "`author`",
    "May be written to say it; who wrote the gate and who started the ramp can never approve",
  ),
  expires: told(longerThanNothing, "duration above 0", "How long an approval lasts", "`8h`"),
  reject: told(oneOf("rollback", "pause"), "`rollback`, `pause`", "What `rampart reject` does", "`rollback`"),
  once: told(
    leaf(z.literal(true), "`true`, or left out"),
    "`true`",
    "It is a [promise](#requires) and no approval. Needs `says`",
  ),
  says: told(sentence, "text", "What is promised, word for word", "none"),
} as const;

export const APPROVAL_SHAPE = { what: "an approval", keys: APPROVAL_KEYS, required: ["by"] } as const;

const DEMAND_JSON: JsonSchema = { anyOf: [sentence.json ?? {}, jsonOfMap(APPROVAL_SHAPE)] };

/** A promise before it is known what needs it. */
export type PromiseAsked = Omit<PromiseDemand, "step">;

type Demand =
  | { readonly kind: "approval"; readonly demand: ApprovalDemand; readonly at: Span }
  | { readonly kind: "promise"; readonly demand: PromiseAsked };

export type Demands = {
  readonly approvals: readonly ApprovalDemand[];
  readonly promises: readonly PromiseAsked[];
  /** Where each approval stands. */
  readonly approvalsAt: readonly Span[];
};

const demand: Read<Demand> = shaped(DEMAND_JSON, (value, complain) => {
  if (value.kind === "scalar") {
    const by = sentence(value, complain);
    return by === undefined ? undefined : { kind: "approval", demand: { by, ...DEFAULTS }, at: value.at };
  }
  const fields = readMap(value, APPROVAL_SHAPE, complain);
  const given = fields?.values;
  if (fields === undefined || given?.by === undefined) return undefined;
  const { by, count = DEFAULTS.count } = given;
  if (fields.has("once") || fields.has("says")) {
    if (!isWholePromise(fields, complain) || given.says === undefined) return undefined;
    return { kind: "promise", demand: { by, count, says: given.says, expiresMs: given.expires ?? null } };
  }
  const approval: ApprovalDemand = {
    by,
    count,
    notAuthor: given.not === "author",
    expiresMs: given.expires ?? DEFAULTS.expiresMs,
    onReject: given.reject ?? DEFAULTS.onReject,
  };
  return { kind: "approval", demand: approval, at: value.at };
});

/** `once` and `says` belong together; a promise is no request at a step, which alone can be rejected. */
function isWholePromise(fields: Fields<typeof APPROVAL_KEYS>, complain: Complain): boolean {
  if (!fields.has("says")) {
    const suggestion = "write what is promised, in words: `says: ...`";
    complain({ code: "R107", at: fields.at("once"), message: "a promise needs `says`", suggestion });
  }
  if (!fields.has("once")) {
    const message = "`says` is what somebody promises once, and needs `once: true`";
    complain({ code: "R107", at: fields.at("says"), message });
  }
  if (fields.has("reject")) {
    const message = "a promise has no key `reject`: who does not promise lets nothing grow";
    complain({ code: "R101", at: fields.at("reject"), message });
  }
  return fields.has("says") && fields.has("once") && !fields.has("reject");
}

/** A group, a list of which each is needed, or a mapping that says more. */
export const approvalDemands: Read<Demands> = shaped(
  {
    anyOf: [DEMAND_JSON, { type: "array", items: DEMAND_JSON, minItems: 1 }],
  },
  (value, complain) => {
    const items = value.kind === "list" ? value.items : [value];
    if (items.length === 0) {
      complain({
        code: "R108",
        at: value.at,
        message: "must name who approves, not an empty list",
        suggestion: "remove `approve`",
      });
    }
    const read = items.map((item) => demand(item, complain)).filter((each) => each !== undefined);
    const approvals = read.filter((each) => each.kind === "approval");
    return {
      approvals: approvals.map((each) => each.demand),
      promises: read.filter((each) => each.kind === "promise").map((each) => each.demand),
      approvalsAt: approvals.map(({ at }) => at),
    };
  },
);

import type { ApprovalDemand } from "../domain/gate.ts";
import { HOUR } from "../domain/instant.ts";
import { longerThanNothing, oneOf, type Read, sentence, wholeNumber } from "./leaf.ts";
import { readMap } from "./mapping.ts";

const DEFAULTS = { count: 1, notAuthor: false, expiresMs: 8 * HOUR, onReject: "rollback" } as const;

const APPROVAL_KEYS = {
  by: sentence,
  count: wholeNumber(1),
  not: oneOf("author"),
  expires: longerThanNothing,
  reject: oneOf("rollback", "pause"),
} as const;

const demand: Read<ApprovalDemand> = (value, complain) => {
  if (value.kind === "scalar") {
    const by = sentence(value, complain);
    return by === undefined ? undefined : { by, ...DEFAULTS };
  }
  const shape = {
    what: "an approval",
    keys: APPROVAL_KEYS,
    unsupported: ["once", "says"],
    required: ["by"],
  } as const;
  const given = readMap(value, shape, complain)?.values;
  if (given?.by === undefined) return undefined;
  return {
    by: given.by,
    count: given.count ?? DEFAULTS.count,
    notAuthor: given.not === "author",
    expiresMs: given.expires ?? DEFAULTS.expiresMs,
    onReject: given.reject ?? DEFAULTS.onReject,
  };
};

/** A group, a list of which each is needed, or a mapping that says more. */
export const approvalDemands: Read<readonly ApprovalDemand[]> = (value, complain) => {
  if (value.kind !== "list") {
    const only = demand(value, complain);
    return only === undefined ? undefined : [only];
  }
  if (value.items.length === 0) {
    complain({
      code: "R108",
      at: value.at,
      message: "must name who approves, not an empty list",
      suggestion: "remove `approve`",
    });
  }
  return value.items.map((item) => demand(item, complain)).filter((each) => each !== undefined);
};

import { approvalDemands, type PromiseAsked } from "./approval.ts";
import { listOf, type Read } from "./leaf.ts";
import { readMap } from "./mapping.ts";

/** What a requirement can be in the language, by the key it begins with, and the keys beside that. */
const LATER_REQUIREMENTS = ["contract", "signal", "gate", "no-debt"];
const LATER_KEYS = [...LATER_REQUIREMENTS, "speaks", "by", "with", "advance", "floor", "is"];

/** What must hold before every increase: so far, what somebody promises once. */
const requirement: Read<readonly PromiseAsked[]> = (value, complain) => {
  const isLater = value.kind === "map" && value.entries.some(({ key }) => LATER_REQUIREMENTS.includes(key));
  const fields = readMap(
    value,
    {
      what: "a requirement",
      keys: { approve: approvalDemands },
      unsupported: LATER_KEYS,
      required: isLater ? [] : ["approve"],
    },
    complain,
  );
  const given = fields?.values.approve;
  for (const at of given?.approvalsAt ?? []) {
    complain({
      code: "R108",
      at,
      message: "only promises are asked for here: what a step asks for anew stands at that step",
      suggestion: "write `{ by: ..., once: true, says: ... }`",
    });
  }
  return given?.promises;
};

export const requirementList: Read<readonly (readonly PromiseAsked[])[]> = listOf(
  requirement,
  "a list of requirements",
);

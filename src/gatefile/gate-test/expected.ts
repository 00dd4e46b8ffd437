import { RAMP_STATES } from "../../domain/ramp.ts";
import { VERDICTS } from "../../domain/verdict.ts";
import { duration, listOf, oneOf, type Read, sentence, wholeNumber } from "../leaf.ts";
import { readMap } from "../mapping.ts";
import { percent } from "../percent.ts";
import { headOf } from "../value.ts";
import type { Expected } from "./gate-test.ts";
import { writtenAt } from "./written.ts";

const reasons: Read<readonly string[]> = (value, complain) => {
  if (value.kind === "list") return listOf(sentence, "a reason, or a list of reasons")(value, complain);
  const one = sentence(value, complain);
  return one === undefined ? undefined : [one];
};

const EXPECTED_KEYS = {
  after: duration(),
  verdict: oneOf(...VERDICTS),
  because: reasons,
  state: oneOf(...RAMP_STATES),
  exposure: percent,
  step: wholeNumber(0),
} as const;

const LOOKED_AT = ["verdict", "because", "state", "exposure", "step"] as const;

export const expected: Read<Expected> = (value, complain) => {
  const shape = { what: "an expectation", keys: EXPECTED_KEYS, required: ["after"] } as const;
  const fields = readMap(value, shape, complain);
  if (fields === undefined || value.kind !== "map") return undefined;
  const { after, because = [], ...rest } = fields.values;
  if (!LOOKED_AT.some((key) => fields.has(key))) {
    const suggestion = "say `verdict`, `because`, `state`, `exposure` or `step`";
    complain({ code: "R803", at: headOf(value), message: "nothing is expected here", suggestion });
  }
  return after === undefined ? undefined : { afterMs: after, at: writtenAt(headOf(value)), because, ...rest };
};

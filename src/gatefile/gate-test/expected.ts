import { RAMP_STATES } from "../../domain/ramp.ts";
import { VERDICTS } from "../../domain/verdict.ts";
import { duration, listOf, oneOf, type Read, sentence, wholeNumber } from "../leaf.ts";
import { jsonOfMap, readMap } from "../mapping.ts";
import { percent } from "../percent.ts";
import { shaped, told } from "../read.ts";
import { headOf } from "../value.ts";
import type { Expected } from "./gate-test.ts";
import { writtenAt } from "./written.ts";

const several = listOf(sentence, "a reason, or a list of reasons");

const reasons: Read<readonly string[]> = shaped(
  { anyOf: [sentence.json ?? {}, several.json ?? {}] },
  (value, complain) => {
    if (value.kind === "list") return several(value, complain);
    const one = sentence(value, complain);
    return one === undefined ? undefined : [one];
  },
);

export const EXPECTED_SHAPE = {
  what: "an expectation",
  keys: {
    after: told(
      duration(),
      "duration",
      "So long after the start it is looked at, by a pass of that very moment",
    ),
    verdict: told(
      oneOf(...VERDICTS),
      VERDICTS.map((verdict) => `\`${verdict}\``).join(", "),
      "Of all signals and guards together",
    ),
    because: told(reasons, "text or list", "What the decision says of its reasons"),
    state: told(
      oneOf(...RAMP_STATES),
      "a state of the ramp",
      "Where the ramp is, as `rampart status` says it",
    ),
    exposure: told(percent, "percent", "What Unleash has"),
    step: told(wholeNumber(0), "number", "The step the ramp stands at; `0` before the first"),
  },
  required: ["after"],
} as const;

const LOOKED_AT = ["verdict", "because", "state", "exposure", "step"] as const;

export const expected: Read<Expected> = shaped(jsonOfMap(EXPECTED_SHAPE), (value, complain) => {
  const fields = readMap(value, EXPECTED_SHAPE, complain);
  if (fields === undefined || value.kind !== "map") return undefined;
  const { after, because = [], ...rest } = fields.values;
  if (!LOOKED_AT.some((key) => fields.has(key))) {
    const suggestion = "say `verdict`, `because`, `state`, `exposure` or `step`";
    complain({ code: "R803", at: headOf(value), message: "nothing is expected here", suggestion });
  }
  return after === undefined ? undefined : { afterMs: after, at: writtenAt(headOf(value)), because, ...rest };
});

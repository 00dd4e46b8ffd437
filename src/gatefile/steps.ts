import { z } from "zod";

import type { Audience, PromiseDemand, Step } from "../domain/gate.ts";
import { HOUR, type Millis } from "../domain/instant.ts";
import type { Percent } from "../domain/percent.ts";
import { approvalDemands, type PromiseAsked } from "./approval.ts";
import { duration, leaf, listOf, longerThanNothing, type Read, sentence } from "./leaf.ts";
import { type Fields, jsonOfMap, readMap } from "./mapping.ts";
import { percent } from "./percent.ts";
import { proveSentence } from "./prove.ts";
import { shaped, told } from "./read.ts";

/** Unleash takes no more values in one constraint. */
const MOST_VALUES = 250;

const anyValues = listOf(
  leaf(z.string().trim().min(1).max(100), "a text of at most 100 characters"),
  "a list of values of the flag's stickiness field",
);

const valueList: Read<readonly string[]> = shaped(
  { ...anyValues.json, maxItems: MOST_VALUES, uniqueItems: true },
  (value, complain) => {
    const values = anyValues(value, complain);
    if (values === undefined) return undefined;
    const twice = values.find((each, index) => values.indexOf(each) !== index);
    const message =
      values.length > MOST_VALUES
        ? `must be at most ${MOST_VALUES} values, not ${values.length}`
        : twice === undefined
          ? null
          : `must be different values, and \`${twice}\` stands there twice`;
    if (message === null) return values;
    complain({ code: "R108", at: value.at, message });
    return undefined;
  },
);

export const STEP_KEYS = {
  to: told(
    percent,
    "whole percent, 1 to 100",
    "Exposure of the step. Each more than the one before. Unleash has 100 buckets, so there is no half percent",
    "needed, but at a segment",
  ),
  segment: told(
    sentence,
    "text",
    "Instead of `to`, before every percent: the name of an Unleash segment that is exposed whole, or, with `values`, a name for those. [Segments](#segments)",
  ),
  values: told(
    valueList,
    "list of 1 to 250 texts",
    "Values of the flag's stickiness field. A following step with `values` has all of the step before and more",
  ),
  shadow: told(
    leaf(z.literal(true), "`true`, or left out"),
    "`true`",
    "Only at the first step, with `to: 0%`: a [shadow step](#shadow)",
  ),
  hold: told(duration(), "duration", "Least time at the step", "`30m`, or the longest settle if longer"),
  prove: told(
    proveSentence,
    "percent above 0, perhaps `over control`",
    "[What the step must exclude](#prove) before the next one",
    "nothing",
  ),
  bake: told(
    longerThanNothing,
    "duration above 0",
    "At the last step only: least time until the ramp is finished",
    "`24h`",
  ),
  approve: told(approvalDemands, "group, mapping, or list", "Who must agree to **enter** the step", "nobody"),
  share: told(
    percent,
    "percent",
    "What a segment counts for in the budget of a flow. [No effect yet](#what-a-gate-shares)",
    "all that is left",
  ),
  dither: told(
    leaf(z.boolean(), "`true` or `false`"),
    "`true`, `false`",
    "Exposure is varied at random around the step, so that harm stands out. [No effect yet](#what-a-gate-shares)",
    "`false`",
  ),
} as const;

const OF_AUDIENCES: readonly string[] = ["segment", "values"];

export type StepFields = Fields<typeof STEP_KEYS>;

const step: Read<StepFields> = shaped(jsonOfMap({ keys: STEP_KEYS }), (value, complain) =>
  readMap(
    value,
    {
      what: "a step",
      keys: STEP_KEYS,
      required:
        value.kind === "map" && value.entries.some(({ key }) => OF_AUDIENCES.includes(key)) ? [] : ["to"],
    },
    complain,
  ),
);

export const stepList: Read<readonly StepFields[]> = listOf(step, "a list of steps");

const DEFAULT_STEPS: readonly Percent[] = [5, 25, 50, 100];
const DEFAULT_BAKE_MS = 24 * HOUR;

export type Ramp = { readonly steps: readonly Step[]; readonly bakeMs: Millis };

/** The steps with defaults put in, as far as they could be read. */
export function resolveSteps(
  written: readonly StepFields[] | null,
  stopsAt: Percent | null,
  holdMs: Millis,
): Ramp {
  if (written === null) {
    const end = stopsAt ?? 100;
    const percents = [...DEFAULT_STEPS.filter((each) => each < end), end];
    return { steps: percents.map((to) => ({ to, holdMs, approve: [] })), bakeMs: DEFAULT_BAKE_MS };
  }
  const steps = written.flatMap(({ values }) => {
    const rest = {
      holdMs: values.hold ?? holdMs,
      ...(values.prove === undefined ? {} : { prove: values.prove }),
      approve: values.approve?.approvals ?? [],
      ...(values.share === undefined ? {} : { share: values.share }),
      ...(values.dither === true ? { dither: true as const } : {}),
    };
    const audience = audienceOf(values);
    if (audience !== null) return [{ to: 100, audience, ...rest }];
    return values.to === undefined ? [] : [{ to: values.to, ...rest }];
  });
  return { steps, bakeMs: written.at(-1)?.values.bake ?? DEFAULT_BAKE_MS };
}

function audienceOf({ segment, values }: StepFields["values"]): Audience | null {
  if (segment === undefined) return null;
  if (values === undefined) return { kind: "segment", name: segment };
  return { kind: "values", label: segment, values: values.toSorted() };
}

/** What is promised once, for every step or to enter one. */
export function resolvePromises(
  written: readonly StepFields[],
  requires: readonly PromiseAsked[],
): readonly PromiseDemand[] {
  return [
    ...requires.map((promise) => ({ ...promise, step: null })),
    ...written.flatMap(({ values }, index) =>
      (values.approve?.promises ?? []).map((promise) => ({ ...promise, step: index + 1 })),
    ),
  ];
}

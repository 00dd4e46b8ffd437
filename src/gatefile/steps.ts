import { z } from "zod";

import type { PromiseDemand, Step } from "../domain/gate.ts";
import { HOUR, type Millis } from "../domain/instant.ts";
import type { Percent } from "../domain/percent.ts";
import { approvalDemands, type PromiseAsked } from "./approval.ts";
import { duration, leaf, listOf, longerThanNothing, type Read } from "./leaf.ts";
import { type Fields, readMap } from "./mapping.ts";
import { percent } from "./percent.ts";

const STEP_KEYS = {
  to: percent,
  shadow: leaf(z.literal(true), "`true`, or left out"),
  hold: duration(),
  bake: longerThanNothing,
  approve: approvalDemands,
} as const;

export type StepFields = Fields<typeof STEP_KEYS>;

const step: Read<StepFields> = (value, complain) =>
  readMap(
    value,
    {
      what: "a step",
      keys: STEP_KEYS,
      unsupported: ["prove", "segment", "values", "share", "dither"],
      required: value.kind === "map" && value.entries.some(({ key }) => key === "segment") ? [] : ["to"],
    },
    complain,
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
  const steps = written.flatMap(({ values }) =>
    values.to === undefined
      ? []
      : [{ to: values.to, holdMs: values.hold ?? holdMs, approve: values.approve?.approvals ?? [] }],
  );
  return { steps, bakeMs: written.at(-1)?.values.bake ?? DEFAULT_BAKE_MS };
}

/** What is promised once, for every step or to enter one. */
export function resolvePromises(
  written: readonly StepFields[],
  requires: readonly (readonly PromiseAsked[])[],
): readonly PromiseDemand[] {
  return [
    ...requires.flat().map((promise) => ({ ...promise, step: null })),
    ...written.flatMap(({ values }, index) =>
      (values.approve?.promises ?? []).map((promise) => ({ ...promise, step: index + 1 })),
    ),
  ];
}

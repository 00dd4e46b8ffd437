import { z } from "zod";

import type { Touch } from "../domain/coupling.ts";
import type { Flows } from "./flow.ts";
import { leaf, listOf, name } from "./leaf.ts";
import { type Fields, mapping } from "./mapping.ts";
import { nameList, placed } from "./names.ts";
import { percent } from "./percent.ts";
import type { Complain } from "./problem-list.ts";
import { told } from "./read.ts";
import { resolveFlowName, resolveStage } from "./references.ts";
import type { Span } from "./source.ts";

const TOUCH_KEYS = {
  flow: told(placed(name), "name", "The [flow](#flows)"),
  stage: told(placed(name), "name", "The stage of it that the ramp changes"),
  writes: told(
    nameList,
    "list of entities",
    "What the new path writes there. Two ramps that write the same at one stage take turns",
    "none",
  ),
  reads: told(nameList, "list of entities", "What it reads", "none"),
  exclusive: told(
    leaf(z.boolean(), "`true` or `false`"),
    "`true`, `false`",
    "No other ramp of the flow runs beside it",
    "`false`",
  ),
  until: told(
    percent,
    "percent",
    "From this percent on, unless it is halted, it keeps nobody else out",
    "until it is settled",
  ),
} as const;

export const TOUCH_SHAPE = { what: "a touch", keys: TOUCH_KEYS, required: ["flow", "stage"] } as const;

export type TouchFields = Fields<typeof TOUCH_KEYS>;

export const touchList = listOf(mapping(TOUCH_SHAPE), "a list of touches");

/** What the gate touches, as far as it could be read; flows and stages that nobody declares are complained about. */
export function resolveTouches(
  written: readonly TouchFields[],
  flows: Flows,
  complain: Complain,
): readonly Touch[] {
  return written.flatMap(({ values }) => {
    const { flow, stage } = values;
    const draft = flow === undefined ? null : resolveFlowName(flow, flows, complain);
    if (flow === undefined || stage === undefined) return [];
    if (draft !== null) resolveStage(stage, draft.fields, complain);
    return [
      {
        flow: flow.value,
        stage: stage.value,
        writes: (values.writes ?? []).map(({ value }) => value),
        reads: (values.reads ?? []).map(({ value }) => value),
        exclusive: values.exclusive ?? false,
        until: values.until ?? null,
      },
    ];
  });
}

/** The first place at which the gate writes: then stickiness, a runbook and a clean-up are no matter of taste. Null: none. */
export function writerAt(touches: readonly TouchFields[] | undefined): Span | null {
  const writer = touches?.find(({ values }) => (values.writes ?? []).length > 0);
  return writer?.at("writes") ?? null;
}

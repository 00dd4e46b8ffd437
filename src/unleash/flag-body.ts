import { z } from "zod";
import type { StrategySeen } from "../domain/flag.ts";
import {
  canonicalConstraints,
  canonicalSegments,
  constraintSchema,
  rawParameter,
  type Segment,
} from "./audience.ts";
import { canonicalJson } from "./canonical-json.ts";

const strategySchema = z.object({
  id: z.string().min(1),
  name: z.string(),
  title: z.string().nullish(),
  disabled: z.boolean().nullish(),
  parameters: z.record(z.string(), z.unknown()).default({}),
  constraints: z.array(constraintSchema).default([]),
  segments: z.array(z.number().int()).nullish(),
  variants: z.array(z.unknown()).nullish(),
  milestoneId: z.string().nullish(),
});

/** One strategy of an admin answer, before its segments are looked up. */
export type StrategyBody = z.infer<typeof strategySchema>;

export const strategiesBody = z.array(strategySchema);

/** The whole flag with every environment: `GET .../projects/{project}/features/{flag}`. */
export const flagBody = z.object({
  name: z.string(),
  project: z.string(),
  archived: z.boolean().default(false),
  environments: z.array(
    z.object({ name: z.string(), enabled: z.boolean(), strategies: strategiesBody.default([]) }),
  ),
});

/** `GET /api/admin/segments/{id}`. */
export const segmentBody = z.object({
  id: z.number().int(),
  constraints: z.array(constraintSchema),
});

/** `segments` has every segment the strategy names. */
export function strategySeen(body: StrategyBody, segments: ReadonlyMap<number, Segment>): StrategySeen {
  return {
    id: body.id,
    kind: body.name,
    title: body.title ?? null,
    disabled: body.disabled ?? false,
    rollout: rawParameter(body.parameters, "rollout"),
    groupId: rawParameter(body.parameters, "groupId"),
    stickiness: rawParameter(body.parameters, "stickiness"),
    constraints: canonicalConstraints(body.constraints),
    segments: canonicalSegments(
      (body.segments ?? []).flatMap((id) => {
        const segment = segments.get(id);
        return segment === undefined ? [] : [segment];
      }),
    ),
    variants: canonicalJson(body.variants ?? []),
    milestoneId: body.milestoneId ?? null,
  };
}

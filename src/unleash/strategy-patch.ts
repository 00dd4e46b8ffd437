import type { Expecting, MoreToWrite } from "../control/ports.ts";
import type { PinnedAudience } from "../domain/flag.ts";
import type { Percent } from "../domain/percent.ts";
import { type Constraint, constraintsIn } from "./audience.ts";

type PatchValue = string | null | readonly number[] | readonly Constraint[];

export type PatchOperation = {
  readonly op: "test" | "replace" | "add";
  readonly path: "/title" | "/parameters/rollout" | "/parameters/groupId" | "/segments" | "/constraints";
  readonly value: PatchValue;
};

/**
 * The one change Rampart makes to a strategy. `rollout` must be a string; a number is refused. The tests come first: what
 * they compare with is the strategy as the server read it for this request. A strategy that never had a title has null,
 * which no write brings back, for Unleash keeps the title when it is told null: an empty one is as near as it gets.
 */
export function strategyPatch(
  to: Percent,
  title: string,
  expecting: Expecting | null,
  more?: MoreToWrite,
): readonly PatchOperation[] {
  return [
    ...(expecting === null ? [] : testsOf(expecting)),
    { op: "replace", path: "/parameters/rollout", value: String(to) },
    { op: "replace", path: "/title", value: title },
    ...(more === undefined ? [] : besides(more)),
  ];
}

function testsOf({ title, rollout, segments, constraints }: Expecting): readonly PatchOperation[] {
  return [
    { op: "test", path: "/title", value: title },
    { op: "test", path: "/parameters/rollout", value: String(rollout) },
    ...(segments === undefined ? [] : [{ op: "test", path: "/segments", value: segments } as const]),
    ...(constraints === undefined
      ? []
      : [{ op: "test", path: "/constraints", value: constraintsIn(constraints) } as const]),
  ];
}

function besides(more: MoreToWrite): readonly PatchOperation[] {
  // A strategy may have no groupId, and only `add` puts one where there was none.
  if (more.kind === "group") return [{ op: "add", path: "/parameters/groupId", value: more.groupId }];
  return [
    { op: "replace", path: "/segments", value: more.audience?.kind === "segment" ? [more.audience.id] : [] },
    {
      op: "replace",
      path: "/constraints",
      value: more.audience === null ? [] : constraintsOf(more.audience),
    },
  ];
}

function constraintsOf(audience: PinnedAudience): readonly Constraint[] {
  if (audience.kind === "segment") return [];
  const { field, values } = audience;
  return [
    { contextName: field, operator: "IN", values: [...values], inverted: false, caseInsensitive: false },
  ];
}

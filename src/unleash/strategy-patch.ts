import type { Percent } from "../domain/percent.ts";

export type PatchOperation = {
  readonly op: "test" | "replace" | "add";
  readonly path: "/title" | "/parameters/rollout" | "/parameters/groupId";
  readonly value: string | null;
};

/**
 * The one change Rampart makes to a strategy. `rollout` must be a string; a number is refused. The tests come first: what
 * they compare with is the strategy as the server read it for this request. A strategy that never had a title has null,
 * which no write brings back, for Unleash keeps the title when it is told null: an empty one is as near as it gets.
 */
export function strategyPatch(
  to: Percent,
  title: string,
  expecting: { readonly title: string | null; readonly rollout: Percent } | null,
  groupId?: string,
): readonly PatchOperation[] {
  const tests: readonly PatchOperation[] =
    expecting === null
      ? []
      : [
          { op: "test", path: "/title", value: expecting.title },
          { op: "test", path: "/parameters/rollout", value: String(expecting.rollout) },
        ];
  return [
    ...tests,
    { op: "replace", path: "/parameters/rollout", value: String(to) },
    { op: "replace", path: "/title", value: title },
    // A strategy may have none, and only `add` puts one where there was none.
    ...(groupId === undefined ? [] : [{ op: "add", path: "/parameters/groupId", value: groupId } as const]),
  ];
}

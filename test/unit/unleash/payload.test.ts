import { expect, test } from "vitest";
import type { StrategySeen } from "../../../src/domain/flag.ts";
import { canonicalConstraints, canonicalSegments } from "../../../src/unleash/audience.ts";
import { nameStrategies, parsePayload } from "../../../src/unleash/payload.ts";
import { fakeStrategy } from "../../support/fake-flag-edits.ts";

function rollout(percent: string, fields: Readonly<Record<string, unknown>> = {}) {
  return {
    name: "flexibleRollout",
    parameters: { rollout: percent, groupId: "group", stickiness: "orderId" },
    constraints: [],
    variants: [],
    ...fields,
  };
}

function named(payload: readonly unknown[], known: readonly StrategySeen[]) {
  const parsed = parsePayload({ enabled: true, strategies: payload });
  if (parsed === null) throw new Error("the payload does not parse");
  return nameStrategies(parsed, known);
}

test("one rollout is told by being the only one, whatever percent it is still served at", () => {
  expect(named([rollout("10")], [fakeStrategy({ rollout: "25" })])).toEqual([
    { id: "strategy-1", rollout: "10" },
  ]);
});

test("strategies are told apart by their audience, in any order", () => {
  const constraint = { contextName: "userId", operator: "IN", values: ["b", "a"] };
  const filled = { ...constraint, inverted: false, caseInsensitive: false };
  const known = [
    fakeStrategy({ id: "open", rollout: "50" }),
    fakeStrategy({ id: "few", rollout: "50", constraints: canonicalConstraints([filled]) }),
    fakeStrategy({
      id: "pilots",
      rollout: "50",
      segments: canonicalSegments([{ id: 4, constraints: [filled] }]),
    }),
    fakeStrategy({ id: "split", rollout: "50", variants: '[{"name":"v","weight":1000}]' }),
  ];
  const payload = [
    rollout("1", { variants: [{ weight: 1000, name: "v" }] }),
    rollout("2", { segments: [4] }),
    rollout("3", { constraints: [constraint] }),
    rollout("4"),
  ];
  expect(named(payload, known)?.toSorted((a, b) => Number(a.rollout) - Number(b.rollout))).toEqual([
    { id: "split", rollout: "1" },
    { id: "pilots", rollout: "2" },
    { id: "few", rollout: "3" },
    { id: "open", rollout: "4" },
  ]);
});

test("of two with the same audience the percent tells which one has not arrived yet", () => {
  const known = [fakeStrategy({ id: "ours", rollout: "25" }), fakeStrategy({ id: "beside", rollout: "100" })];
  expect(named([rollout("10"), rollout("100")], known)).toEqual([
    { id: "beside", rollout: "100" },
    { id: "ours", rollout: "10" },
  ]);
});

test("while a change of audience is on its way, the only one with the same buckets is meant", () => {
  const changed = fakeStrategy({ id: "ours", rollout: "0", variants: '[{"name":"new"}]' });
  const other = fakeStrategy({ id: "beside", groupId: "other" });
  const payload = [
    rollout("30"),
    rollout("5", { parameters: { rollout: "5", groupId: "other", stickiness: "orderId" } }),
  ];
  expect(named(payload, [changed, other])).toEqual(
    expect.arrayContaining([
      { id: "ours", rollout: "30" },
      { id: "beside", rollout: "5" },
    ]),
  );
});

test("while even the buckets change, the only one of its kind is meant", () => {
  const changed = fakeStrategy({ id: "ours", groupId: "rotated", rollout: "0" });
  expect(named([rollout("30")], [changed])).toEqual([{ id: "ours", rollout: "30" }]);
});

test("one that is served and not known is never left out", () => {
  expect(named([rollout("30")], [])).toBeNull();
  expect(named([{ name: "default" }], [fakeStrategy()])).toBeNull();
  const ambiguous = [
    fakeStrategy({ id: "a", groupId: "rotated" }),
    fakeStrategy({ id: "b", groupId: "rotated as well" }),
  ];
  expect(named([rollout("30")], ambiguous)).toBeNull();
  expect(named([rollout("30"), rollout("40")], [fakeStrategy({ groupId: "rotated" })])).toBeNull();
});

test("one that was disabled a moment ago is told, but one that is enabled comes first", () => {
  const disabled = fakeStrategy({ id: "disabled", disabled: true });
  expect(named([rollout("30")], [disabled])).toEqual([{ id: "disabled", rollout: "30" }]);
  expect(named([rollout("0")], [disabled, fakeStrategy({ id: "enabled" })])).toEqual([
    { id: "enabled", rollout: "0" },
  ]);
});

test("one that is not served is not in the list", () => {
  expect(named([], [fakeStrategy()])).toEqual([]);
});

test("a strategy without a percent has none", () => {
  const plain = fakeStrategy({
    id: "plain",
    kind: "default",
    rollout: null,
    groupId: null,
    stickiness: null,
  });
  expect(named([{ name: "default" }], [plain])).toEqual([{ id: "plain", rollout: null }]);
});

test.each([[undefined], [{}], [{ enabled: "yes" }], [{ enabled: true, strategies: "all" }]])(
  "%j is no flag that an SDK could evaluate",
  (definition) => {
    expect(parsePayload(definition)).toBeNull();
  },
);

import { describe, expect, test } from "vitest";
import { type PassResult, decide } from "../../../src/domain/decide.ts";
import type { PassFacts } from "../../../src/domain/draft.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Ramp } from "../../../src/domain/ramp.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import {
  NOON,
  aBecause,
  aDrift,
  aFlagAt,
  aFlagRecord,
  aFlagSeen,
  aGate,
  aLastPass,
  aRecord,
  aRollback,
  aServed,
  aStrategy,
  after,
  anExposure,
  anIntention,
  passFacts,
} from "../../support/builders.ts";

type RollingBack = Extract<Ramp, { state: "rolling-back" }>;

const ORDER = anIntention({ kind: "lower", from: 5, to: 0, step: 0, at: NOON });
const WRITTEN = ORDER.title;
const CAUSES = [aBecause({ code: "rollback", message: "errors: 6%, rollback above 5%" })];
const AT_ZERO = {
  observation: aFlagAt(0, WRITTEN),
  served: aServed("0"),
};

/** A rollback ordered at noon whose write is not verified yet. */
function ordered(ramp: Partial<RollingBack> = {}, fields: Partial<GateRecord> = {}): GateRecord {
  return aRecord({
    ramp: aRollback({ since: NOON, ...ramp }),
    intention: ORDER,
    sequence: 13,
    exposure: anExposure({ wanted: 0 }),
    ...fields,
  });
}

/** A rollback whose write was read back. */
function written(ramp: Partial<RollingBack> = {}, fields: Partial<GateRecord> = {}): GateRecord {
  return ordered(ramp, {
    intention: null,
    flag: aFlagRecord({ rollout: 0, title: WRITTEN }),
    exposure: anExposure({ wanted: 0, set: 0, served: 0 }),
    ...fields,
  });
}

function passAt(seconds: number, record: GateRecord, facts: Partial<PassFacts> = {}): PassResult {
  return decide(aGate(), record, passFacts({ now: after(seconds * SECOND), ...facts }));
}

function pages(result: PassResult): readonly string[] {
  return result.tellings.filter(({ page }) => page).map(({ kind }) => kind);
}

describe("a rollback is over", () => {
  test("only when set and served showed it in two looks five seconds apart", () => {
    const first = passAt(10, ordered(), AT_ZERO);
    expect(first.record.ramp).toMatchObject({
      state: "rolling-back",
      verification: { firstAt: after(10 * SECOND), servedLateSince: null },
    });
    const tooSoon = passAt(14.999, first.record, AT_ZERO);
    expect(tooSoon.record.ramp).toEqual(first.record.ramp);
    const second = passAt(15, first.record, AT_ZERO);
    expect(second.record).toMatchObject({
      ramp: {
        state: "rolled-back",
        since: after(15 * SECOND),
        fromPercent: 5,
        causes: CAUSES,
      },
      intention: null,
      reassertUntil: after(15 * SECOND + 10 * MINUTE),
    });
    expect(second.tellings).toMatchObject([{ kind: "rolled-back", page: false }]);
    expect(second.tellings[0]?.text).toContain("errors: 6%, rollback above 5%");
  });

  test("not while Unleash cannot be read, whatever an earlier look showed", () => {
    const looked = written({ verification: { firstAt: NOON, servedLateSince: null } });
    const observation = { kind: "unreadable", detail: "timeout" } as const;
    const { record } = passAt(10, looked, { observation, served: aServed("0") });
    expect(record.ramp).toMatchObject({ state: "rolling-back", verification: { firstAt: null } });
    expect(record.intention).toMatchObject({ kind: "lower", to: 0 });
  });

  test("not while the write itself is not read back, though a person lowered as far", () => {
    const { record } = passAt(10, ordered(), { observation: aFlagAt(0), served: aServed("0") });
    expect(record.ramp).toMatchObject({ state: "rolling-back", verification: { firstAt: null } });
    expect(record.intention).toEqual(ORDER);
  });

  test("not while an SDK evaluates it, and the second look starts anew after that", () => {
    const looked = written({ verification: { firstAt: NOON, servedLateSince: null } });
    const late = passAt(10, looked, { ...AT_ZERO, served: aServed("5") });
    expect(late.record.ramp).toMatchObject({
      state: "rolling-back",
      verification: { firstAt: null, servedLateSince: after(10 * SECOND) },
    });
    const shown = passAt(20, late.record, AT_ZERO);
    expect(shown.record.ramp).toMatchObject({
      verification: { firstAt: after(20 * SECOND), servedLateSince: null },
    });
  });

  test("not while no SDK can say", () => {
    const { record } = passAt(10, written(), { ...AT_ZERO, served: { kind: "unknown", detail: "" } });
    expect(record.ramp).toMatchObject({
      verification: { firstAt: null, servedLateSince: after(10 * SECOND) },
    });
  });

  test("though the gate has come to observe meanwhile", () => {
    const looked = written({ verification: { firstAt: NOON, servedLateSince: null } }, { acting: null });
    expect(passAt(5, looked, AT_ZERO).record.ramp.state).toBe("rolled-back");
  });

  test("only after the flag is lowered again, when a person raised it meanwhile", () => {
    const { record, decision } = passAt(10, written(), { observation: aFlagAt(50, WRITTEN) });
    expect(record.ramp).toMatchObject({ state: "rolling-back", rung: "rollout" });
    expect(record.intention).toMatchObject({
      kind: "lower",
      from: 50,
      to: 0,
      step: 0,
      at: after(10 * SECOND),
    });
    expect(decision.action).toMatchObject({ kind: "lower", to: 0 });
  });
});

describe("a strategy that can be written no more", () => {
  const looked = { firstAt: NOON, servedLateSince: null };
  const gone = aFlagSeen({ strategies: [] });
  const remade = aFlagSeen({ strategies: [aStrategy({ id: "s9" })] });

  test.each([
    { what: "it is gone", observation: gone },
    { what: "the flag is gone", observation: { kind: "absent", what: "flag" } },
    {
      what: "it is gone and made anew, but the environment is off",
      observation: { ...remade, environmentEnabled: false },
    },
  ] as const)("ends the rollback without a write when $what", ({ observation }) => {
    const { record } = passAt(10, ordered({ verification: looked }), { observation, served: aServed("0") });
    expect(record.ramp.state).toBe("rolled-back");
    expect(record.intention).toBeNull();
  });

  test("does not while another made in its place serves: the environment goes off", () => {
    const facts = { observation: remade, served: aServed("0") };
    const first = passAt(10, ordered({ verification: looked }), facts);
    expect(first.record.ramp).toMatchObject({ state: "rolling-back", rung: "rollout" });
    const second = passAt(30, ordered({ verification: looked }), facts);
    expect(second.decision.action).toEqual({ kind: "switch-off" });
  });

  test("in a project it was moved to still exposes whom it exposed", () => {
    const { record } = passAt(10, ordered(), {
      observation: aFlagSeen({ project: "other" }),
      served: aServed("5"),
    });
    expect(record.ramp).toMatchObject({ state: "rolling-back", verification: { firstAt: null } });
  });
});

describe("a rollback that Unleash does not take", () => {
  const refused = { observation: aFlagAt(5), served: aServed("5") };

  test("is tried again for thirty seconds without a page", () => {
    const { record, tellings, decision } = passAt(29.999, ordered(), refused);
    expect(record.ramp).toMatchObject({ rung: "rollout", pagedAt: null });
    expect(record.intention).toEqual(ORDER);
    expect(tellings).toEqual([]);
    expect(decision.action).toEqual({ kind: "none" });
  });

  test("climbs to the environment after thirty seconds, and the percent is still retried", () => {
    const { record, tellings, decision } = passAt(30, ordered(), refused);
    expect(record.ramp).toMatchObject({ state: "rolling-back", rung: "environment-off", pagedAt: null });
    expect(record.intention).toEqual(ORDER);
    expect(tellings).toEqual([]);
    expect(decision.action).toEqual({ kind: "switch-off" });
  });

  test("pages at once when the second rung is not read back either, then every five minutes", () => {
    const first = passAt(40, ordered({ rung: "environment-off" }), refused);
    expect(pages(first)).toEqual(["rollback-late"]);
    expect(first.tellings[0]?.text).toBe(
      [
        "Why: Unleash has not taken the rollback yet; it is still being tried.",
        "Next: switch the flag off in Unleash by hand",
      ].join("\n"),
    );
    expect(first.record.ramp).toMatchObject({ pagedAt: after(40 * SECOND), rung: "environment-off" });
    expect(first.record.intention).toEqual(ORDER);
    const soon = passAt(339.999, first.record, refused);
    expect(pages(soon)).toEqual([]);
    expect(soon.record.ramp).toEqual(first.record.ramp);
    const again = passAt(340, first.record, refused);
    expect(pages(again)).toEqual(["rollback-late"]);
    expect(again.record.ramp).toMatchObject({ pagedAt: after(340 * SECOND) });
  });

  test("is written again when a person raised the percent behind a switched-off environment", () => {
    const raised = { ...aFlagAt(80, WRITTEN), environmentEnabled: false };
    const looked = written({ verification: { firstAt: NOON, servedLateSince: null } });
    const { record } = passAt(10, looked, { observation: raised, served: aServed("80", { enabled: false }) });
    expect(record.ramp.state).toBe("rolling-back");
    expect(record.intention).toMatchObject({ kind: "lower", to: 0 });
  });

  test("goes on being written after the environment went off, so that switching it on brings nothing back", () => {
    const off = {
      observation: aFlagSeen({ environmentEnabled: false }),
      served: aServed("5", { enabled: false }),
    };
    const { record, tellings } = passAt(40, ordered({ rung: "environment-off", pagedAt: NOON }), off);
    expect(record.intention).toEqual(ORDER);
    expect(record.ramp).toMatchObject({ state: "rolling-back", verification: { firstAt: null } });
    expect(record.drift).toEqual([]);
    expect(tellings).toEqual([]);
  });

  test("orders nothing more once the percent is read back, though the environment is off", () => {
    const { decision } = passAt(40, written({ rung: "environment-off" }), AT_ZERO);
    expect(decision.action).toEqual({ kind: "none" });
  });

  test("forgets a first look that no longer holds", () => {
    const looked = ordered({ verification: { firstAt: NOON, servedLateSince: NOON } });
    expect(passAt(10, looked, refused).record.ramp).toMatchObject({
      verification: { firstAt: null, servedLateSince: null },
    });
  });
});

describe("a rollback that only SDKs do not show yet", () => {
  const unserved = { ...AT_ZERO, served: aServed("5") };
  const late = written({ verification: { firstAt: null, servedLateSince: NOON } });

  test("stays rolling back and is not paged for a minute", () => {
    const result = passAt(59.999, late, unserved);
    expect(result.record.ramp).toEqual(late.ramp);
    expect(result.tellings).toEqual([]);
    expect(result.record.intention).toBeNull();
  });

  test("is paged after a minute, then every five", () => {
    const first = passAt(60, late, unserved);
    expect(pages(first)).toEqual(["rollback-late"]);
    expect(first.tellings[0]?.text).toBe(
      [
        "Why: set to 0%, but SDKs do not show it yet.",
        "Next: look why the SDKs of this environment do not poll Unleash",
      ].join("\n"),
    );
    expect(first.record.ramp).toMatchObject({
      pagedAt: after(60 * SECOND),
      verification: { firstAt: null, servedLateSince: NOON },
    });
    expect(pages(passAt(359.999, first.record, unserved))).toEqual([]);
    expect(pages(passAt(360, first.record, unserved))).toEqual(["rollback-late"]);
  });
});

test("drift found in a rollback does not disturb it", () => {
  const drift = [aDrift({ kind: "title" })];
  const { record } = passAt(
    5,
    written({ verification: { firstAt: NOON, servedLateSince: null } }, { drift }),
    {
      ...AT_ZERO,
      observation: aFlagAt(0, "Mine"),
    },
  );
  expect(record.ramp.state).toBe("rolled-back");
  expect(record.drift).toMatchObject([{ kind: "title" }]);
});

test("a clock that is set back by hours in the middle keeps the environment from nothing", () => {
  const resisting = { observation: aFlagAt(5), served: aServed("5") };
  const record = {
    ...ordered({}, { exposure: anExposure({ wanted: 0 }) }),
    lastPass: aLastPass({ at: after(20 * SECOND) }),
  };
  const first = passAt(20 - 7200, record, resisting).record;
  const { ramp } = passAt(35 - 7200, first, resisting).record;
  expect(ramp).toMatchObject({ state: "rolling-back", rung: "environment-off" });
});

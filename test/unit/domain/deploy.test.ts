import { describe, expect, test } from "vitest";
import { because } from "../../../src/domain/because.ts";
import type { DeployNoted, OnDeploy } from "../../../src/domain/change.ts";
import { namingDeploy, noteDeploy, suspectBecause } from "../../../src/domain/deploy.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { settlesSince, settlingDeploy } from "../../../src/domain/settle.ts";
import {
  NOON,
  aDeploy,
  aGate,
  aJudgement,
  aRecord,
  aRun,
  aSignalJudgement,
  anApproval,
  anExposure,
} from "../../support/builders.ts";

function noted(fields: Partial<DeployNoted> = {}): DeployNoted {
  const { id, at, service, version, by } = aDeploy();
  return { id, at, service, version, by, effect: "settle", ...fields };
}

const gate = (onDeploy: OnDeploy) => aGate({ service: "checkout", onDeploy });

describe("a deploy of the gate's own service", () => {
  test("is noted with what it does", () => {
    expect(noteDeploy(gate("settle"), aRecord(), aDeploy()).deploy).toEqual(noted());
    expect(noteDeploy(gate("note"), aRecord(), aDeploy()).deploy).toEqual(noted({ effect: "note" }));
  });

  test("is noted once", () => {
    const record = noteDeploy(gate("restart-step"), aRecord(), aDeploy());
    expect(noteDeploy(gate("restart-step"), { ...record, holdMs: MINUTE }, aDeploy()).holdMs).toBe(MINUTE);
    expect(noteDeploy(gate("settle"), record, null)).toBe(record);
  });

  test("that was told late does not replace a later one", () => {
    const record = noteDeploy(gate("settle"), aRecord(), aDeploy());
    const older = aDeploy({ id: "chg_2", at: NOON - HOUR });
    expect(noteDeploy(gate("settle"), record, older)).toBe(record);
    const same = aDeploy({ id: "chg_3" });
    expect(noteDeploy(gate("settle"), record, same).deploy?.id).toBe("chg_3");
  });

  test("restarts the step where the gate says so: hold, bake and approvals", () => {
    const run = aRun({ approvals: [anApproval()] });
    const before = aRecord({ holdMs: MINUTE, bakeMs: MINUTE, run });
    const restarted = noteDeploy(gate("restart-step"), before, aDeploy());
    expect(restarted).toMatchObject({ holdMs: 0, bakeMs: 0, run: { approvals: [] } });
    const settled = noteDeploy(gate("settle"), before, aDeploy());
    expect(settled).toMatchObject({ holdMs: MINUTE, bakeMs: MINUTE, run });
  });

  test("restarts nothing where no ramp runs", () => {
    const idle = aRecord({ ramp: { state: "idle" }, run: null, holdMs: MINUTE });
    expect(noteDeploy(gate("restart-step"), idle, aDeploy()).holdMs).toBe(MINUTE);
  });
});

describe("readings settle from", () => {
  const changedAt = NOON - 10 * MINUTE;
  const since = (deploy: DeployNoted | null, changed: number | null = changedAt) =>
    settlesSince(aRecord({ deploy, exposure: anExposure({ changedAt: changed }) }));

  test("the last change of exposure, without a deploy or with one that is only noted", () => {
    expect(since(null)).toBe(changedAt);
    expect(since(noted({ effect: "note" }))).toBe(changedAt);
    expect(since(null, null)).toBeNull();
  });

  test("the deploy, where it came later or nothing ever changed", () => {
    expect(since(noted())).toBe(NOON - MINUTE);
    expect(since(noted({ at: NOON - HOUR }))).toBe(changedAt);
    expect(since(noted(), null)).toBe(NOON - MINUTE);
    expect(settlingDeploy(aRecord({ deploy: noted(), exposure: anExposure({ changedAt: null }) }))).toEqual(
      noted(),
    );
  });
});

describe("the deploy is named", () => {
  const settle = because("settle", "settling", "errors: settles for another 1m");
  const hold = because("hold", "hold", "held 1m of 30m");
  const signal = because("signal", "between", "errors: 1.5%");
  const named = (deploy: DeployNoted | null, changedAt = NOON - HOUR) =>
    namingDeploy(aRecord({ deploy, exposure: anExposure({ changedAt }) }), [settle, hold, signal], NOON).map(
      ({ message }) => message,
    );

  test("with the settle it set back", () => {
    expect(named(noted())).toEqual([
      "errors: settles for another 1m; checkout 4f2a91c was deployed 1m ago",
      "held 1m of 30m",
      "errors: 1.5%",
    ]);
  });

  test("with the hold too, where it restarted the step", () => {
    expect(named(noted({ effect: "restart-step" }))[0]).toMatch(/deployed 1m ago$/);
    expect(named(noted({ effect: "restart-step" }))[1]).toBe(
      "held 1m of 30m; checkout 4f2a91c was deployed 1m ago",
    );
  });

  test("not where a later change of exposure is what settles, nor where it is only noted", () => {
    const plain = [settle.message, hold.message, signal.message];
    expect(named(noted(), NOON)).toEqual(plain);
    expect(named(noted({ effect: "note" }))).toEqual(plain);
    expect(named(null)).toEqual(plain);
  });

  test("without a negative age, when its clock runs ahead of ours", () => {
    expect(named(noted({ at: NOON + SECOND }))[0]).toMatch(/deployed 0s ago$/);
  });
});

const suspects = (deploy: DeployNoted | null, settleMs = MINUTE) =>
  suspectBecause(aRecord({ deploy }), aJudgement({ signals: [aSignalJudgement({ settleMs })] }), NOON);

describe("a deploy is a suspect", () => {
  test("for an hour, whatever it does otherwise", () => {
    expect(suspects(noted({ at: NOON - 12 * MINUTE, effect: "note" }))).toEqual([
      because("state", "suspect", "suspect: checkout 4f2a91c was deployed 12m before"),
    ]);
    expect(suspects(noted({ at: NOON - HOUR }))).toHaveLength(1);
    expect(suspects(noted({ at: NOON - HOUR - 1 }))).toEqual([]);
  });

  test("for as long as the slowest signal of the gate looks back", () => {
    expect(suspects(noted({ at: NOON - 5 * HOUR }), 6 * HOUR)).toHaveLength(1);
    expect(suspects(noted({ at: NOON - DAY }), 6 * HOUR)).toEqual([]);
  });

  test("from the instant on in which it happened", () => {
    expect(suspects(noted({ at: NOON }))).toHaveLength(1);
  });

  test("never before it happened, and not without one", () => {
    expect(suspects(noted({ at: NOON + 1 }))).toEqual([]);
    expect(suspects(null)).toEqual([]);
  });
});

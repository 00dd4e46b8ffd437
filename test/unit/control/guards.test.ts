import { expect, test } from "vitest";
import type { AlertRule } from "../../../src/domain/alert.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { aGate, aGuard, anAlertRule } from "../../support/builders.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

const GUARDED = aGate({ alerts: [aGuard()] });

/** A ramp at 5 % behind one guard, whose rule says what `say` was told last. */
async function rampAtFive() {
  const world = createWorld({ gates: [GUARDED] });
  let said: Partial<AlertRule> = {};
  world.metrics.setAlertRules((matchers, _, at) => ({
    kind: "known",
    rules: matchers.length === 0 ? [] : [ruleAt(at, said)],
  }));
  await world.tell({ action: "act" });
  await world.tell({ action: "start" });
  await world.until((record) => record.exposure.set === 5);
  await world.run(5 * MINUTE);
  return { world, say: (fields: Partial<AlertRule>) => void (said = fields) };
}

function ruleAt(at: number, fields: Partial<AlertRule>): AlertRule {
  const freshness = {
    kind: "known",
    selectors: [{ selector: "errors", newest: at, scrapeIntervalMs: 15 * SECOND }],
  } as const;
  return anAlertRule({ lastEvaluation: at, freshness, ...fields });
}

function alert(severity: string, activeAt: number) {
  const labels = { alertname: "CheckoutErrors", service: "checkout", severity };
  return { labels, state: "firing", activeAt } as const;
}

test("an alert that fires halts the ramp, and once it is gone a person lets it go on", async () => {
  const { world, say } = await rampAtFive();
  say({ active: [alert("warning", world.clock.now())] });
  expect((await world.pass()).ramp.state).toBe("halted");
  say({});
  await world.run(MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  await world.tell({ action: "resume" });
  await world.run(MINUTE);
  expect((await world.record()).ramp.state).toBe("proving");
});

test("a critical alert takes exposure back in the pass that sees it", async () => {
  const { world, say } = await rampAtFive();
  say({ active: [alert("critical", world.clock.now())] });
  await world.pass();
  expect(world.percent()).toBe(0);
});

test("a silence makes it wait, under the name of who silenced it", async () => {
  const { world, say } = await rampAtFive();
  const endsAt = world.clock.now() + HOUR;
  world.silencers.silence("CheckoutErrors", { id: "s1", by: "kim", comment: "known", endsAt });
  say({ active: [alert("critical", world.clock.now())] });
  await world.pass();
  expect(world.heard.at(-1)?.because.find(({ kind }) => kind === "alert")).toMatchObject({
    kind: "alert",
    code: "silenced",
    message: expect.stringContaining("silenced by kim"),
  });
  expect((await world.record()).ramp.state).toBe("proving");
});

test("while nothing is active nobody is asked about silences", async () => {
  const { world } = await rampAtFive();
  expect(world.silencers.asked).toEqual([]);
});

test("rules that read nothing any more stop growth at once, and halt after half an hour", async () => {
  const { world, say } = await rampAtFive();
  const selectors = [{ selector: "errors", newest: null, scrapeIntervalMs: 15 * SECOND }];
  say({ freshness: { kind: "known", selectors } });
  await world.run(25 * MINUTE);
  expect(world.heard.at(-1)?.because.find(({ kind }) => kind === "alert")).toMatchObject({
    kind: "alert",
    code: "missing",
  });
  expect((await world.record()).exposure.set).toBe(5);
  await world.run(10 * MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
});

test("a source whose rules alone answer is not dark, and one that answers nothing is", async () => {
  const guardsOnly = aGate({ flag: null, steps: [], signals: [], alerts: [aGuard()] });
  const world = createWorld({ gates: [guardsOnly] });
  world.metrics.setAlertRules((_, __, at) => ({ kind: "known", rules: [ruleAt(at, {})] }));
  await world.run(MINUTE);
  expect(world.heard.at(-1)?.verdict).toBe("good");
  world.metrics.fail("unreachable");
  await world.run(MINUTE);
  expect(world.heard.at(-1)?.alerts[0]).toMatchObject({ verdict: "wait", code: "dark" });
  world.metrics.recover();
  await world.run(MINUTE);
  expect(world.heard.at(-1)?.verdict).toBe("good");
});

test("alerts that are told make those gates due that have a guard on them, and no others", async () => {
  const cart = aGate({
    name: "cart",
    alerts: [
      aGuard({ match: '{service="cart"}', matchers: [{ label: "service", operator: "=", value: "cart" }] }),
    ],
    flag: null,
    steps: [],
  });
  const world = createWorld({ gates: [GUARDED, cart] });
  const told = (labels: Record<string, string>) => world.conductor().alerted([labels]);
  expect(await told({ alertname: "CheckoutErrors", service: "checkout" })).toEqual(["checkout"]);
  expect(world.woken).toEqual(["checkout"]);
  expect(await told({ alertname: "Other", service: "search" })).toEqual([]);
  expect(await world.conductor().alerted([])).toEqual([]);
});

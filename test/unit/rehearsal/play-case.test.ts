import { expect, test } from "vitest";
import type { AlertRule } from "../../../src/domain/alert.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { CaseEvent, Expected, GateCase } from "../../../src/gatefile/gate-test/gate-test.ts";
import { playCase } from "../../../src/rehearsal/play-case.ts";
import {
  aDemand,
  aGate,
  aGuard,
  anActiveAlert,
  anAlertRule,
  aStep,
  freshAt,
  NOON,
} from "../../support/builders.ts";
import { createScriptedMetrics } from "../../support/scripted-metrics.ts";

const HERE = { file: "tests/checkout.yaml", line: 1 };
const PEOPLE = { kim: ["release-leads"], ann: ["finance"] };

type Told<T> = T extends unknown ? Omit<T, "at" | "afterMs"> : never;

function after(minutes: number, event: Told<CaseEvent>): CaseEvent {
  return { afterMs: minutes * MINUTE, at: HERE, ...event };
}

function person(
  minutes: number,
  action: Extract<CaseEvent, { kind: "person" }>["action"],
  by = "kim",
  refused: string | null = null,
): CaseEvent {
  return after(minutes, { kind: "person", action, by, refused });
}

function expectAt(minutes: number, what: Partial<Expected>): Expected {
  return { afterMs: minutes * MINUTE, at: HERE, because: [], ...what };
}

async function play(
  given: Partial<GateCase> & Pick<GateCase, "expect">,
  gate: Gate = aGate(),
  errors: (at: number) => number = () => 0,
  rules: (at: number) => readonly AlertRule[] = () => [],
) {
  const metrics = createScriptedMetrics();
  metrics.setAlertRules((_matchers, _source, at) => ({ kind: "known", rules: rules(at) }));
  metrics.set("errors", errors);
  const start = { at: NOON, mode: "act", step: null, heldMs: 0, ...given.start } as const;
  return playCase({
    case: {
      name: "a case",
      at: HERE,
      intervalMs: MINUTE,
      beforeMs: 0,
      series: [],
      events: [],
      ...given,
      start,
    },
    definition: { gate, hash: "sha256:a", author: { kind: "known", people: [] } },
    people: PEOPLE,
    metrics,
    thorough: true,
  });
}

test("alerts stop a ramp, and whoever silences them holds it in place of the halt", async () => {
  const gate = aGate({ alerts: [aGuard()] });
  const active = [anActiveAlert({ activeAt: NOON - 10 * MINUTE })];
  const rules = (at: number) => [
    anAlertRule({ lastEvaluation: at, freshness: freshAt(at), active: at < NOON + 5 * MINUTE ? [] : active }),
  ];
  const silence = after(4, {
    kind: "silence",
    matchers: [{ label: "alertname", operator: "=", value: "CheckoutErrors" }],
    forMs: 10 * MINUTE,
    by: "kim",
  });
  const halted = expectAt(6, { state: "halted", because: ['{service="checkout"} is firing'] });
  const held = expectAt(6, {
    verdict: "wait",
    state: "proving",
    because: ["silenced by kim for another 8m"],
  });
  const ended = expectAt(15, { state: "halted" });
  expect((await play({ expect: [halted] }, gate, () => 0, rules)).failures).toEqual([]);
  expect((await play({ events: [silence], expect: [held, ended] }, gate, () => 0, rules)).failures).toEqual(
    [],
  );
});

const START = { at: NOON, mode: "act", step: 1, heldMs: 0 } as const;

test("a healthy ramp begins at its first step, holds it and goes on", async () => {
  const { failures, passes } = await play({
    expect: [
      expectAt(0, { state: "proving", step: 1, exposure: 5 }),
      expectAt(29, { verdict: "good", because: ["hold/hold"], exposure: 5 }),
      expectAt(31, { verdict: "wait", because: ["errors is settling"], exposure: 25, step: 2 }),
    ],
  });
  expect(failures).toEqual([]);
  expect(passes).toBeGreaterThan(100);
});

test("time that was held before the case counts, and settle is measured from before it", async () => {
  const { failures } = await play({
    start: { ...START, heldMs: 30 * MINUTE },
    expect: [expectAt(1, { exposure: 25 })],
  });
  expect(failures).toEqual([]);
});

test("a case can begin before the first step, without a ramp, and in observe mode", async () => {
  const zero = await play(
    {
      start: { ...START, step: 0 },
      expect: [expectAt(0, { state: "proving", exposure: 0 }), expectAt(2, { exposure: 5 })],
    },
    aGate(),
    (at) => (at < NOON + MINUTE ? 0.015 : 0),
  );
  const none = await play({
    start: { ...START, step: "none" },
    events: [person(1, "start")],
    expect: [expectAt(0, { state: "idle", exposure: 0 }), expectAt(3, { state: "proving", exposure: 5 })],
  });
  const observing = await play({
    start: { ...START, mode: "observe", step: 2 },
    expect: [expectAt(60, { state: "idle", exposure: 25, because: ["observes"] })],
  });
  expect([zero, none, observing].map(({ failures }) => failures)).toEqual([[], [], []]);
});

test("a breach rolls back, and is seen so as soon as Unleash shows it", async () => {
  const { failures } = await play(
    {
      start: { ...START, step: 2 },
      expect: [
        expectAt(9.9, { exposure: 25 }),
        expectAt(10, {
          verdict: "rollback",
          state: "rolling-back",
          exposure: 0,
          because: ["errors is breached", "rollback above 5%"],
        }),
        expectAt(11, { state: "rolled-back" }),
      ],
    },
    aGate(),
    (at) => (at >= NOON + 10 * MINUTE ? 0.2 : 0),
  );
  expect(failures).toEqual([]);
});

test("what is not as expected is told with what was and with the engine's own reasons", async () => {
  const { failures } = await play({
    expect: [expectAt(5, { verdict: "halt", exposure: 25, because: ["errors is missing"] })],
  });
  expect(failures).toMatchObject([
    { expected: "verdict halt", was: "verdict good", afterMs: 5 * MINUTE, at: HERE },
    { expected: "exposure 25%", was: "exposure 5%" },
    { expected: "because errors is missing" },
  ]);
  expect(failures[0]?.why).toContain("errors is good: 0%, advance at most 1%; reads 0");
  expect(failures[0]?.why).toContainEqual(expect.stringMatching(/^hold\/hold: held 5m of 30m/));
});

test("approvals are those of the people that the test names", async () => {
  const gate = aGate({
    steps: [aStep(), aStep({ to: 25, approve: [aDemand({ by: "release-leads" })] }), aStep({ to: 100 })],
  });
  const { failures } = await play(
    {
      start: { ...START, heldMs: HOUR },
      events: [
        person(5, "approve", "ann", "not-eligible"),
        person(6, "approve", "kim"),
        person(30, "approve", "kim", "no-request"),
      ],
      expect: [expectAt(4, { because: ["release-leads"], exposure: 5 }), expectAt(8, { exposure: 25 })],
    },
    gate,
  );
  expect(failures).toEqual([]);
});

test("a command that the engine refuses fails the case, unless that is what it says", async () => {
  const refused = await play({ events: [person(1, "resume")], expect: [expectAt(2, { state: "proving" })] });
  expect(refused.failures).toMatchObject([
    {
      expected: "the event happens",
      was: expect.stringMatching(/^`resume` by kim was refused \(illegal-move\)/),
    },
  ]);
  const foreseen = await play({
    events: [person(1, "resume", "kim", "illegal-move"), person(2, "pause", "kim", "illegal-move")],
    expect: [expectAt(3, { state: "paused" })],
  });
  expect(foreseen.failures.map(({ was }) => was)).toEqual([
    "`pause` by kim was taken, and had to be refused with illegal-move",
  ]);
});

test("somebody's edit of the percent halts, and a rollback by hand is one", async () => {
  const { failures } = await play({
    start: { ...START, step: 2 },
    events: [after(5, { kind: "edit", to: 10, by: "kim" }), person(10, "rollback")],
    expect: [
      expectAt(6, { state: "halted", exposure: 10, because: ["kim"] }),
      expectAt(12, { state: "rolled-back", exposure: 0 }),
    ],
  });
  expect(failures).toEqual([]);
});

test("a deploy of the gate's service settles, and one of no service fails the case", async () => {
  const told = { events: [after(20, { kind: "deploy", version: "v2" })] } as const;
  const gate = aGate({ service: "checkout" });
  const { failures } = await play(
    { ...told, expect: [expectAt(21, { because: ["errors is settling"] })] },
    gate,
  );
  expect(failures).toEqual([]);
  const nobodys = await play({ ...told, expect: [expectAt(21, { verdict: "good" })] });
  expect(nobodys.failures).toMatchObject([{ was: "checkout has no `service` that could be deployed" }]);
});

test("a gate without a flag is judged, and has no exposure", async () => {
  const gate = aGate({ flag: null, steps: [] });
  const { failures } = await play(
    { expect: [expectAt(1, { verdict: "good" }), expectAt(2, { exposure: 0 })] },
    gate,
  );
  expect(failures).toMatchObject([{ expected: "exposure 0%", was: "exposure none" }]);
});

test("steps for an audience are gone through as for real", async () => {
  const staff = aStep({ to: 100, audience: { kind: "segment", name: "staff" } });
  const gate = aGate({ steps: [staff, aStep(), aStep({ to: 100 })] });
  const standing = await play({ expect: [expectAt(5, { step: 1, exposure: 100 })] }, gate);
  expect(standing.failures).toEqual([]);
  const raised = await play(
    { start: { ...START, heldMs: HOUR }, expect: [expectAt(3, { step: 2, exposure: 5 })] },
    gate,
  );
  expect(raised.failures).toEqual([]);
});

test("the first failure is enough for whoever asks for no more", async () => {
  const metrics = createScriptedMetrics();
  const played = await playCase({
    case: {
      name: "a case",
      at: HERE,
      start: START,
      intervalMs: MINUTE,
      beforeMs: 0,
      series: [],
      events: [],
      expect: [expectAt(1, { verdict: "good" }), expectAt(HOUR / MINUTE, { verdict: "good" })],
    },
    definition: { gate: aGate(), hash: "sha256:a", author: { kind: "known", people: [] } },
    people: {},
    metrics,
    thorough: false,
  });
  expect(played.failures).toHaveLength(1);
  expect(played.passes).toBeLessThan(10);
});

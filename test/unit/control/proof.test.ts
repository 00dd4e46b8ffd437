import { expect, test } from "vitest";
import type { Gate } from "../../../src/domain/gate.ts";
import { HOUR, type Instant, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { aCohorts, aGate, aSignal, aStep } from "../../support/builders.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { scrapedCounter } from "../../support/scraped-counter.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const BEGIN = manualClock().now();
const HOLD = 2 * MINUTE;
const GUARD = aSignal({ name: "guard", measure: { kind: "plain", query: "guard" } });
const COHORTS = aCohorts({ name: "outcomes", floor: 1 });
const STEPS: Gate["steps"] = [
  aStep({ to: 5, holdMs: HOLD, prove: { text: "3%", ratio: 0.03 } }),
  aStep({ to: 100, holdMs: HOLD }),
];

const ticks = (everyMs: number, at: Instant) => Math.floor((at - BEGIN) / everyMs);

/** Six exposed and sixty other orders a minute; `bad` counts the bad ones of the exposed. */
function aWorld(bad: (at: Instant) => number | null = () => 0, fields: Partial<Gate> = {}): World {
  const gate = aGate({ signals: [GUARD, COHORTS], steps: STEPS, bakeMs: HOUR, ...fields });
  const world = createWorld({ gates: [gate] });
  world.metrics.setCounters(
    'total{v="on"}',
    scrapedCounter((at) => 100_000 + ticks(10 * SECOND, at)),
  );
  world.metrics.setCounters('bad{v="on"}', scrapedCounter(bad));
  world.metrics.setCounters(
    'total{v="off"}',
    scrapedCounter((at) => 100_000 + ticks(SECOND, at)),
  );
  world.metrics.setCounters(
    'bad{v="off"}',
    scrapedCounter(() => 0),
  );
  return world;
}

const isAtFive = ({ exposure, ramp }: GateRecord) => exposure.set === 5 && ramp.state === "proving";
const reasons = (record: GateRecord) => record.because.map(({ kind, code }) => `${kind}/${code}`);

test("nothing rises before the step has proven what it has to, and then it does", async () => {
  const world = aWorld();
  await world.begin();
  const raised = await world.until(isAtFive);
  const setAt = raised.exposure.setAt ?? 0;
  await world.run(10 * MINUTE);
  const waiting = await world.record();
  expect(reasons(waiting)).toEqual(["proof/short"]);
  expect(waiting.because[0]?.message).toMatch(
    /^3% not excluded yet: 0 of \d+ bad, evidence [\d.]+:1 of 20:1; \d+ more without a bad one, in about \d+m/,
  );
  const done = await world.until(({ exposure }) => exposure.set === 100);
  expect(done.proof).toMatchObject({ since: setAt, candidate: { bad: 0 } });
  expect(done.proof?.candidate.total).toBeGreaterThanOrEqual(103);
  expect(done.proof?.candidate.total).toBeLessThan(106);
  // Ten times as many were not exposed, counted up to the same scrape.
  const ratio = (done.proof?.control.total ?? 0) / (done.proof?.candidate.total ?? 1);
  expect(ratio).toBeGreaterThan(9);
  expect(ratio).toBeLessThan(11);
});

test("each outcome is counted once, through a restart of Rampart, an outage of it and one of the exporter", async () => {
  const dead = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const world = aWorld((at) =>
    at > dead.from && at < dead.to ? null : Math.floor((at - BEGIN) / MINUTE) + 5,
  );
  await world.begin();
  const { exposure } = await world.until(isAtFive);
  await world.run(3 * MINUTE);
  world.restart();
  await world.run(2 * MINUTE);
  world.clock.advance(2 * HOUR);
  await world.run(MINUTE);
  dead.from = world.clock.now();
  await world.run(3 * MINUTE);
  dead.to = world.clock.now();
  await world.run(2 * MINUTE);
  const { proof } = await world.record();
  const upTo = proof?.upTo ?? 0;
  const last = Math.floor((exposure.setAt ?? 0) / (15 * SECOND)) * 15 * SECOND;
  expect(proof?.candidate).toEqual({
    bad: ticks(MINUTE, upTo) - ticks(MINUTE, last),
    total: ticks(10 * SECOND, upTo) - ticks(10 * SECOND, last),
  });
});

test("a rollback never waits for it", async () => {
  const world = aWorld();
  await world.begin();
  await world.until(isAtFive);
  world.metrics.set("guard", 0.06);
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  expect(world.percent()).toBe(0);
});

test("a bad outcome asks for more, and a person may go on without", async () => {
  const world = aWorld((at) => (at > BEGIN + 4 * MINUTE ? 1 : 0));
  await world.begin();
  await world.until(isAtFive);
  await world.run(25 * MINUTE);
  const record = await world.record();
  expect(reasons(record)).toContain("proof/short");
  expect(record.proof?.candidate).toMatchObject({ bad: 1 });
  await world.tell({ action: "advance", reason: "enough for today" });
  await world.until(({ exposure }) => exposure.set === 100);
});

test("counters that cannot be read prove nothing", async () => {
  const world = aWorld();
  world.metrics.setCounters('bad{v="on"}', { kind: "unknown", reason: "timeout", detail: "late" });
  await world.begin();
  await world.until(isAtFive);
  await world.run(HOUR);
  expect(world.percent()).toBe(5);
  expect((await world.record()).proof).toBeUndefined();
});

test("after hours without a sample it begins anew", async () => {
  let isThere = true;
  const world = aWorld();
  const counter = scrapedCounter((at) => Math.floor((at - BEGIN) / (10 * SECOND)));
  for (const name of ['total{v="on"}', 'bad{v="on"}', 'total{v="off"}', 'bad{v="off"}']) {
    world.metrics.setCounters(name, (stretch) =>
      isThere ? counter(stretch) : { kind: "known", series: [] },
    );
  }
  await world.begin();
  await world.until(isAtFive);
  await world.run(5 * MINUTE);
  const before = (await world.record()).proof;
  isThere = false;
  world.clock.advance(7 * HOUR);
  await world.run(MINUTE);
  const { proof } = await world.record();
  expect(before?.candidate.total).toBeGreaterThan(20);
  expect(proof).toMatchObject({ since: before?.since, candidate: { bad: 0, total: 0 } });
  expect(proof?.upTo).toBeGreaterThan(BEGIN + 7 * HOUR);
});

test("a resumed halt begins it anew, a pause does not", async () => {
  const world = aWorld();
  await world.begin();
  await world.until(isAtFive);
  await world.run(5 * MINUTE);
  const first = (await world.record()).proof;
  await world.tell({ action: "pause", reason: "lunch" });
  await world.run(5 * MINUTE);
  await world.tell({ action: "resume", reason: "back" });
  await world.run(MINUTE);
  const paused = (await world.record()).proof;
  expect(paused?.candidate.total).toBeGreaterThan((first?.candidate.total ?? 0) + 30);
  world.metrics.set("guard", 0.03);
  await world.until(({ ramp }) => ramp.state === "halted");
  world.metrics.set("guard", 0);
  await world.tell({ action: "resume", reason: "was somebody else" });
  await world.run(MINUTE);
  expect((await world.record()).proof?.candidate.total).toBeLessThan(10);
});

test("every pass that counted can be made again, and is the same", async () => {
  const world = aWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 100);
  const rows = world.decisions().filter(({ actor }) => actor === "clock");
  for (const { id } of rows) {
    expect(await world.conductor().replay(id)).toMatchObject({ same: true, differences: [] });
  }
  expect(rows.length).toBeGreaterThan(3);
});

test("what people expose while Rampart only watches proves as much", async () => {
  const world = aWorld();
  await world.pass();
  world.person().set(5);
  await world.run(10 * MINUTE);
  const watched = await world.record();
  expect(watched.woulds.at(-1)).toMatchObject({ would: null });
  await world.run(15 * MINUTE);
  expect((await world.record()).woulds.at(-1)).toMatchObject({ would: "advance" });
});

test.each([2, 3])(
  "what a segment has proven counts on at 0 %, where write %i of the way to the next one gets lost",
  async (nth) => {
    const world = aWorld(() => 0, {
      steps: [
        aStep({
          to: 100,
          audience: { kind: "segment", name: "staff-orders" },
          holdMs: HOLD,
          prove: { text: "10%", ratio: 0.1 },
        }),
        aStep({ to: 5, holdMs: HOLD }),
        aStep({ to: 100, holdMs: HOLD }),
      ],
    });
    world.flags.faults.segments = [["staff-orders", 7]];
    await world.begin();
    await world.until(({ ramp }) => ramp.state === "proving" && ramp.step === 1);
    world.flags.faults.writes = [
      ...Array.from({ length: nth - 1 }, () => "reply-lost" as const),
      "lost",
      "lost",
    ];
    const parked = await world.until(({ exposure }) => exposure.set === 0);
    expect(parked.ramp).toMatchObject({ step: 1 });
    world.flags.deliverLate();
    await world.until(({ ramp }) => ramp.state === "proving" && ramp.step === 2, undefined, HOUR);
  },
);

import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { SignalAnswers } from "../../../src/domain/reading.ts";
import { exposureChanged, resume } from "../../../src/domain/transition.ts";
import {
  NOON,
  aCounts,
  aHalt,
  aLimit,
  aRecord,
  aSignal,
  aSignalClock,
  after,
  answers,
  freshAt,
} from "../../support/builders.ts";
import { EVERY, type Judged, type WalkPass, instants, judgeOne, last, walk } from "./judging.ts";

const BREACH = answers({ value: 0.03 });
const WORSE = answers({ value: 0.06 });
const CALM = answers({ value: 0 });
const LOST = answers({ value: null });
const words = (judged: readonly Judged[]) => judged.map(({ judgement }) => judgement.verdict);
const repeated = (count: number, said: SignalAnswers, from = NOON): WalkPass[] =>
  instants(count, EVERY, from).map((at) => [at, said]);

/** The clock as a resume at `at` leaves it. */
const resumed = (judged: Judged, at: number) =>
  resume(aRecord({ ramp: aHalt(), clocks: { errors: judged.clock } }), at).clocks["errors"];

const at = (minutes: number) => after(minutes * MINUTE);

const run = (minutes: number, value: number): SignalAnswers => answers({ value, asOf: at(minutes) / SECOND });

describe("a limit for a time", () => {
  const signal = aSignal({ halt: aLimit("above 2% for 1m"), rollback: aLimit("above 5% for 30s") });

  it("halts at the pass that completes it", () => {
    expect(words(walk(repeated(5, BREACH), { signal }))).toEqual(["wait", "wait", "wait", "wait", "halt"]);
  });

  it("keeps two timers, one for each limit", () => {
    expect(words(walk(repeated(5, WORSE), { signal }))).toEqual([
      "wait",
      "wait",
      "rollback",
      "rollback",
      "rollback",
    ]);
    const mixed = [...repeated(3, BREACH), ...repeated(2, WORSE, after(45 * SECOND))];
    expect(words(walk(mixed, { signal }))).toEqual(["wait", "wait", "wait", "wait", "halt"]);
  });

  it("bridges what could not be read, without counting it", () => {
    const passes = [
      ...repeated(3, BREACH),
      ...repeated(4, LOST, after(45 * SECOND)),
      ...repeated(3, BREACH, after(105 * SECOND)),
    ];

    expect(words(walk(passes, { signal })).slice(-3)).toEqual(["wait", "wait", "halt"]);
  });

  it("bridges too few samples, without counting them", () => {
    const sampled = { ...signal, samples: "s", floor: 10 };
    const some = answers({ value: 0.03, samples: 10 });
    const few = answers({ value: 0.03, samples: 9 });
    const passes = [
      ...repeated(4, some),
      ...repeated(2, few, after(60 * SECOND)),
      ...repeated(2, some, after(90 * SECOND)),
    ];

    expect(words(walk(passes, { signal: sampled })).slice(-2)).toEqual(["wait", "halt"]);
  });

  it("starts anew when exposure changes", () => {
    const { clock } = last(walk(repeated(4, BREACH), { signal }));
    const { clocks } = exposureChanged(aRecord({ clocks: { errors: clock } }), 25, after(50 * SECOND));
    const next = judgeOne(BREACH, { signal, context: { now: after(60 * SECOND), clocks, changedAt: null } });

    expect(clock.halt.ms).toBe(45 * SECOND);
    expect(next.clock.halt.ms).toBe(0);
    expect(next.judgement.verdict).toBe("wait");
  });
});

describe("a limit for runs", () => {
  it("counts new data only", () => {
    const signal = aSignal({ asOf: "a", halt: aLimit("above 2% for 2 runs"), rollback: null });
    const passes: WalkPass[] = [
      [at(0), run(0, 0.03)],
      [at(1), run(0, 0.03)],
      [at(2), run(2, 0.03)],
    ];

    expect(words(walk(passes, { signal }))).toEqual(["wait", "wait", "halt"]);
  });

  it("counts one run a period where the data has no watermark", () => {
    const signal = aSignal({ periodMs: 30 * SECOND, halt: aLimit("above 2% for 2 runs"), rollback: null });

    expect(words(walk(repeated(3, BREACH), { signal }))).toEqual(["wait", "wait", "halt"]);
  });
});

describe("limits that are not stated", () => {
  it("never breach", () => {
    const signal = aSignal({ halt: null, rollback: null });
    const { judgement, clock } = judgeOne(answers({ value: 1 }), { signal });

    expect(judgement).toMatchObject({ verdict: "wait", code: "between", limit: "at most 1%" });
    expect([clock.halt.at, clock.rollback.at]).toEqual([null, null]);
  });

  it("leave nothing of the timers they had", () => {
    const old = { ms: MINUTE, at: NOON - EVERY, runs: 2, runAsOf: NOON };
    const signal = aSignal({ advance: null, halt: null, rollback: null });
    const { judgement, clock } = judgeOne(BREACH, { signal, clock: { halt: old, rollback: old } });

    expect(judgement.verdict).toBe("good");
    expect(clock).toEqual(aSignalClock());
  });
});

describe("a halt that a person acknowledged", () => {
  const acknowledged = resumed(judgeOne(BREACH), NOON);
  const later = (passes: readonly WalkPass[], signal = aSignal()) =>
    walk(passes, { signal, ...(acknowledged && { clock: acknowledged }) });

  it("does not come back while the same breach goes on, for a quarter of an hour", () => {
    expect(
      words(
        later([
          [at(1), BREACH],
          [at(14.99), BREACH],
          [at(15), BREACH],
        ]),
      ),
    ).toEqual(["wait", "wait", "halt"]);
  });

  it("waits as between meanwhile", () => {
    expect(last(later([[at(1), BREACH]])).judgement.code).toBe("between");
  });

  it("waits for the limit's own time where that is longer", () => {
    const signal = aSignal({ halt: aLimit("above 2% for 20m"), rollback: null });
    const clock = { ...acknowledged, halt: { ms: HOUR, at: NOON, runs: 0, runAsOf: null } };
    const passes: WalkPass[] = [
      [at(16), BREACH],
      [at(20), BREACH],
    ];

    expect(words(walk(passes, { signal, clock }))).toEqual(["wait", "halt"]);
  });

  it("does not wait for a number of runs as if it were a time", () => {
    const signal = aSignal({ periodMs: SECOND, halt: aLimit("above 2% for 3600000 runs"), rollback: null });
    const clock = { ...acknowledged, halt: { ms: 3_600_000 * SECOND, at: NOON, runs: 0, runAsOf: null } };

    expect(words(walk([[at(15), BREACH]], { signal, clock }))).toEqual(["halt"]);
  });

  it("comes back at once after the limit was unbreached once", () => {
    expect(
      words(
        later([
          [at(1), CALM],
          [at(2), BREACH],
        ]),
      ),
    ).toEqual(["good", "halt"]);
  });

  it("does not come back only because a pass in between read nothing", () => {
    expect(
      words(
        later([
          [at(1), BREACH],
          [at(2), LOST],
          [at(3), BREACH],
        ]),
      ),
    ).toEqual(["wait", "wait", "wait"]);
  });

  it("does not come back only because a pass in between had too few samples", () => {
    const signal = aSignal({ samples: "s", floor: 10 });
    const some = answers({ value: 0.03, samples: 10 });
    const few = answers({ value: 0.03, samples: 9 });

    expect(
      words(
        later(
          [
            [at(1), some],
            [at(2), few],
            [at(3), some],
          ],
          signal,
        ),
      ),
    ).toEqual(["wait", "wait", "wait"]);
  });

  it("never stops a rollback", () => {
    expect(words(later([[at(1), WORSE]]))).toEqual(["rollback"]);
  });

  it("says nothing about a breach when it was for missing data", () => {
    const missing = last(
      walk([
        [NOON - HOUR, LOST],
        [NOON - HOUR + EVERY, LOST],
      ]),
    );
    const clock = resumed(missing, NOON);

    expect(clock).toMatchObject({ acknowledgedAt: NOON, unknownSince: NOON });
    expect(words(walk([[at(1), BREACH]], { ...(clock && { clock }) }))).toEqual(["halt"]);
  });

  it("is forgotten where the halt limit is gone", () => {
    const { clock } = last(later([[at(1), BREACH]], aSignal({ halt: null })));

    expect(clock.acknowledgedAt).toBeNull();
  });

  it("is remembered while the breach goes on and forgotten when it ends", () => {
    expect(
      later([
        [at(1), BREACH],
        [at(2), CALM],
      ]).map(({ clock }) => clock.acknowledgedAt),
    ).toEqual([NOON, null]);
  });

  it("concerns counts as well", () => {
    const signal = aCounts();
    const clock = resumed(judgeOne(answers({ bad: 6, total: 200 }), { signal }), NOON);

    expect(
      words(walk([[at(1), answers({ bad: 6, total: 200 })]], { signal, ...(clock && { clock }) })),
    ).toEqual(["wait"]);
  });
});

describe("a limit that goes one step back", () => {
  const signal = aSignal({ halt: null, rollback: { ...aLimit("above 5%"), to: "previous" } });
  const BACK_AT = NOON - MINUTE;

  it("is a halt until the step that this signal ordered has settled, and then asks for the next one", () => {
    const clock = { steppedBackAt: BACK_AT };
    const settle = 75 * SECOND;
    const early = judgeOne(WORSE, { signal, clock });
    expect(early.judgement).toMatchObject({
      verdict: "halt",
      code: "breached",
      limit: "above 5%",
      until: BACK_AT + settle,
      message: "6%, one step back above 5%; the step back before has not settled",
    });
    expect(early.clock.steppedBackAt).toBe(BACK_AT);
    const now = BACK_AT + settle;
    const late = judgeOne(answers({ value: 0.06 }, { freshness: freshAt(now) }), {
      signal,
      clock,
      context: { now },
    });
    expect(late.judgement).toMatchObject({ verdict: "rollback", message: "6%, one step back above 5%" });
  });

  it("is a halt, too, while its data ends before the step", () => {
    const runs = { ...signal, asOf: "watermark", settleMs: MINUTE, periodMs: HOUR };
    const clock = { steppedBackAt: at(0) };
    const old = judgeOne(run(0, 0.06), { signal: runs, clock, context: { now: at(5) } });
    expect(old.judgement).toMatchObject({ verdict: "halt", until: null });
    const fresh = judgeOne(run(1, 0.06), { signal: runs, clock, context: { now: at(5) } });
    expect(fresh.judgement.verdict).toBe("rollback");
  });

  it("forgets the step with the next change of exposure by anybody", () => {
    const before = aRecord({ clocks: { errors: aSignalClock({ steppedBackAt: NOON }) } });
    expect(exposureChanged(before, 25, after(MINUTE)).clocks["errors"]).toEqual(aSignalClock());
  });

  it("goes at once where no step was taken", () => {
    expect(judgeOne(WORSE, { signal }).judgement.verdict).toBe("rollback");
  });
});

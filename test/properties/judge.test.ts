import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Purpose, Signal } from "../../src/domain/gate.ts";
import { HOUR, type Instant, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { type GateJudgement, type JudgeContext, judge } from "../../src/domain/judge.ts";
import { holds } from "../../src/domain/limit.ts";
import { UNBREACHED, breachedOrNot, lasted, unread } from "../../src/domain/limit-clock.ts";
import type { Answer, Asked, Freshness, SignalAnswers, UnknownReason } from "../../src/domain/reading.ts";
import type { LimitClock, SignalClock } from "../../src/domain/record.ts";
import { type SignalJudgement, worse } from "../../src/domain/verdict.ts";
import { NOON, aGate, aJudgeContext, aLimit, aSignal } from "../support/builders.ts";

type Case = {
  readonly signals: readonly Signal[];
  readonly answers: ReadonlyMap<string, SignalAnswers>;
  readonly context: JudgeContext;
};

const ROLES = ["value", "bad", "total", "samples", "asOf", "witness"] as const;
const REASONS: readonly UnknownReason[] = ["nan", "many-series", "timeout", "http-500", "partial"];

const unknown: fc.Arbitrary<Answer> = fc
  .constantFrom(...REASONS)
  .map((reason) => ({ kind: "unknown", reason, detail: "generated" }));
const empty: fc.Arbitrary<Answer> = fc.constant({ kind: "empty" });

/** Mostly a number, for else nothing would ever be good. */
function answerOf(number: fc.Arbitrary<number>): fc.Arbitrary<Answer> {
  const value = number.map((each): Answer => ({ kind: "value", value: each, infos: [] }));
  return fc.oneof({ weight: 8, arbitrary: value }, empty, unknown);
}

const age = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 30 * SECOND }) },
  fc.integer({ min: -MINUTE, max: 3 * HOUR }),
);
const instant = age.map((ago) => NOON - ago);
const value = fc.oneof(fc.constantFrom(0, 0.01, 0.02, 0.05), fc.double({ min: -1, max: 2, noNaN: true }));
const count = fc.oneof(fc.constantFrom(0, 1, 5, 10), fc.integer({ min: 0, max: 2000 }));

const asked: fc.Arbitrary<readonly Asked[]> = fc
  .record({
    value: answerOf(value),
    bad: answerOf(count),
    total: answerOf(count),
    samples: answerOf(count),
    asOf: answerOf(instant.map((at) => at / SECOND)),
    witness: answerOf(fc.constantFrom(-1, 0, 1)),
  })
  .map((each) => ROLES.map((role) => ({ role, query: role, answer: each[role] })));

const freshness: fc.Arbitrary<Freshness | null> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(fc.option(instant, { freq: 8 }), { minLength: 1, maxLength: 2 })
      .map((newest): Freshness => {
        const selectors = newest.map((at) => ({ selector: "s", newest: at, scrapeIntervalMs: 15 * SECOND }));
        return { kind: "known", selectors };
      }),
  },
  fc.constant<Freshness>({ kind: "unknown", reason: "timeout", detail: "generated" }),
  fc.constant(null),
);

const said = fc.record({ asked, freshness, scrapeIntervalMs: fc.constantFrom(15 * SECOND, MINUTE) });
const limit = (...texts: string[]) => fc.constantFrom(null, ...texts.map(aLimit));
const maybe = (query: string) => fc.constantFrom(null, query);

const signal: fc.Arbitrary<Signal> = fc
  .record({
    measure: fc.constantFrom<Signal["measure"]>(
      { kind: "plain", query: "value" },
      { kind: "counts", query: "bad / total", bad: "bad", total: "total" },
    ),
    unit: fc.constantFrom<Signal["unit"]>("ratio", "count", "seconds", "none"),
    lagMs: fc.constantFrom(0, MINUTE),
    periodMs: fc.constantFrom(null, MINUTE),
    windowMs: fc.constantFrom(0, 5 * MINUTE),
    settleMs: fc.constantFrom(null, 0, 10 * MINUTE),
    samples: maybe("samples"),
    bad: maybe("bad"),
    floor: fc.constantFrom(1, 10),
    asOf: maybe("asOf"),
    emptyIsZeroWitness: maybe("witness"),
    gates: fc.constantFrom<Purpose[]>(["advance", "deploy", "finish"], ["advance"], ["finish"]),
    advance: limit("at most 1%", "at least 1%"),
    halt: limit("above 2%", "above 2% for 10m", "above 2% for 2 runs"),
    rollback: limit("above 5%", "above 5% for 10m"),
  })
  .map(aSignal);

const limitClock: fc.Arbitrary<LimitClock> = fc.record({
  ms: fc.integer({ min: 0, max: HOUR }),
  at: fc.option(instant),
  runs: fc.nat(3),
  runAsOf: fc.option(instant),
});
const signalClock: fc.Arbitrary<SignalClock> = fc.record({
  halt: limitClock,
  rollback: limitClock,
  unknownSince: fc.option(instant),
  missingStreak: fc.nat(5),
  acknowledgedAt: fc.option(instant),
});

const cases: fc.Arbitrary<Case> = fc
  .record({
    parts: fc.array(fc.tuple(signal, said, fc.option(signalClock)), { minLength: 1, maxLength: 4 }),
    changedAt: fc.option(fc.integer({ min: 0, max: HOUR }).map((ago) => NOON - ago)),
    lastPassAt: fc.option(instant),
    purpose: fc.constantFrom<Purpose>("advance", "finish"),
    isDark: fc.boolean(),
  })
  .map(({ parts, changedAt, lastPassAt, purpose, isDark }) => {
    const named = parts.map(([own, ...rest], index) => [{ ...own, name: `s${index}` }, ...rest] as const);
    const clocks = named.flatMap(([{ name }, , clock]) => (clock === null ? [] : [[name, clock] as const]));
    return {
      signals: named.map(([own]) => own),
      answers: new Map(named.map(([{ name }, each]) => [name, { ...each, signal: name }])),
      context: aJudgeContext({
        changedAt,
        lastPassAt,
        purpose,
        clocks: Object.fromEntries(clocks),
        dark: isDark ? new Map([["main", NOON - HOUR]]) : new Map(),
      }),
    };
  });

function judged({ signals, answers, context }: Case): GateJudgement {
  return judge(aGate({ signals }), answers, context);
}

const byName = ({ signals }: GateJudgement) => new Map(signals.map((each) => [each.signal, each]));

/** What the answers say, worked out apart from the code under test; null where they say nothing. */
function evident(own: Signal, { asked: all, freshness: fresh }: SignalAnswers): number | null {
  const of = (role: Asked["role"]) => all.find((each) => each.role === role)?.answer ?? { kind: "empty" };
  const number = (role: Asked["role"]) => {
    const answer = of(role);
    return answer.kind === "value" ? answer.value : null;
  };
  const witnessed =
    own.measure.kind === "plain" &&
    own.emptyIsZeroWitness !== null &&
    of("value").kind === "empty" &&
    (number("witness") ?? 0) > 0;
  const isFresh =
    own.asOf !== null
      ? isRecent(number("asOf"), own)
      : witnessed ||
        (fresh?.kind === "known" &&
          fresh.selectors.every(({ newest }) => newest !== null && NOON - newest <= 45 * SECOND + own.lagMs));
  if (!isFresh) return null;
  if (own.measure.kind === "plain") return witnessed ? 0 : number("value");
  const total = number("total") ?? 0;
  const bad = of("bad").kind === "empty" ? 0 : number("bad");
  return total > 0 && bad !== null ? bad / total : null;
}

function isRecent(seconds: number | null, own: Signal): boolean {
  if (seconds === null) return false;
  const late = NOON - Math.round(seconds * SECOND);
  return late >= -5 * SECOND && late <= Math.max(own.lagMs + 2 * (own.periodMs ?? 0), 2 * MINUTE);
}

function isSettled(judgement: SignalJudgement, changedAt: Instant | null): boolean {
  if (changedAt === null) return true;
  const { settleMs, reading } = judgement;
  return NOON - changedAt >= settleMs && (reading.asOf === null || reading.asOf > changedAt);
}

describe("whatever Prometheus answers", () => {
  it("a good signal has a fresh, settled value that meets its advance limit and breaches none", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { signals } = judged(given);
        for (const [index, own] of given.signals.entries()) {
          const judgement = signals[index];
          const answers = given.answers.get(own.name);
          if (judgement?.verdict !== "good" || answers === undefined) continue;
          const number = evident(own, answers);
          expect(number).not.toBeNull();
          expect(judgement.reading.value).toEqual({ kind: "known", value: number });
          expect(isSettled(judgement, given.context.changedAt)).toBe(true);
          const read = number ?? Number.NaN;
          expect(own.advance === null || holds(own.advance, read)).toBe(true);
          expect(own.halt !== null && holds(own.halt, read)).toBe(false);
          expect(own.rollback !== null && holds(own.rollback, read)).toBe(false);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("a good gate has nothing but good signals among those that gate what it wants next", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { verdict, signals } = judged(given);
        const gating = given.signals.filter((own) => own.gates.includes(given.context.purpose));
        const good = gating.every(
          (own) => signals.find((each) => each.signal === own.name)?.verdict === "good",
        );
        expect(verdict === "good" && !good).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("a good ratio rests on at least as many samples as its floor asks", () => {
    fc.assert(
      fc.property(cases, (given) => {
        for (const judgement of judged(given).signals) {
          const own = given.signals.find((each) => each.name === judgement.signal);
          const { samples } = judgement.reading;
          if (judgement.verdict !== "good" || own?.unit !== "ratio" || samples === null) continue;
          expect(samples.kind === "known" && samples.value >= own.floor).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("what is unknown is never good and never breaches a limit", () => {
    fc.assert(
      fc.property(cases, (given) => {
        for (const { reading, verdict, code } of judged(given).signals) {
          if (reading.value.kind === "known") continue;
          expect(verdict).not.toBe("good");
          expect(["missing", "dark", "short"]).toContain(code);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("with every answer unknown nothing is good", () => {
    fc.assert(
      fc.property(cases, fc.oneof(unknown, empty), (given, answer) => {
        const nothing = [...given.answers].map(([name, each]) => {
          const blind = each.asked.map((question) => ({ ...question, answer }));
          return [name, { ...each, asked: blind }] as const;
        });
        const { signals } = judged({ ...given, answers: new Map(nothing) });
        expect(signals.map(({ verdict }) => verdict)).not.toContain("good");
      }),
      { numRuns: 300 },
    );
  });

  it("the cases are such that every verdict and every code comes up", () => {
    const seen = fc
      .sample(cases, { numRuns: 1000, seed: 7 })
      .flatMap((given) => judged(given).signals.map(({ verdict, code }) => `${verdict} ${code}`));

    expect(new Set(seen)).toEqual(
      new Set([
        "good good",
        "wait between",
        "wait settling",
        "wait short",
        "wait missing",
        "wait dark",
        "halt breached",
        "halt missing",
        "halt dark",
        "rollback breached",
        "rollback missing",
      ]),
    );
  });
});

describe("judging", () => {
  it("says the same of the same, and changes nothing it is given", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const copy = structuredClone(given);
        const first = judged(given);

        expect(judged(given)).toEqual(first);
        expect(given).toEqual(copy);
      }),
      { numRuns: 300 },
    );
  });

  it("does not depend on the order of the signals", () => {
    const shuffled = cases.chain((given) =>
      fc
        .shuffledSubarray([...given.signals], { minLength: given.signals.length })
        .map((signals) => [given, { ...given, signals }] as const),
    );
    fc.assert(
      fc.property(shuffled, ([given, other]) => {
        const [a, b] = [judged(given), judged(other)];

        expect(b.verdict).toBe(a.verdict);
        expect(b.clocks).toEqual(a.clocks);
        expect(byName(b)).toEqual(byName(a));
        expect(b.signals.map((each) => each.signal)).toEqual(other.signals.map((own) => own.name));
      }),
      { numRuns: 300 },
    );
  });

  it("of one signal does not depend on the others", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const together = judged(given).signals;
        const apart = given.signals.flatMap((own) => judged({ ...given, signals: [own] }).signals);

        expect(apart).toEqual(together);
      }),
      { numRuns: 300 },
    );
  });

  it("of the gate is the worst of the signals that count", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const { verdict, signals } = judged(given);
        const counting = signals.filter((each) => each.counts).map((each) => each.verdict);

        expect([...counting, "good" as const]).toContain(verdict);
        for (const each of counting) expect(worse(verdict, each)).toBe(verdict);
      }),
      { numRuns: 300 },
    );
  });
});

describe("over any walk of passes", () => {
  const timed = aLimit("above 2 for 10m");
  const pass = fc.record({
    step: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: MINUTE }) },
      fc.integer({ min: -MINUTE, max: HOUR }),
    ),
    value: fc.option(fc.constantFrom(1, 3, 3, 3), { freq: 6 }),
  });

  it("a timed limit acts only after its time of close passes that breach, none of them calm", () => {
    fc.assert(
      fc.property(fc.array(pass, { maxLength: 60 }), (passes) => {
        let clock = UNBREACHED;
        let now = NOON;
        let bridged = 0;
        let breachedAt: Instant | null = null;
        for (const { step, value: read } of passes) {
          now += step;
          const close = breachedAt !== null && now >= breachedAt && now - breachedAt <= 45 * SECOND;
          if (read === 3 && breachedAt !== null && close) bridged += now - breachedAt;
          if (read === 1) bridged = 0;
          breachedAt = read === 3 ? now : null;
          clock =
            read === null
              ? unread(clock)
              : breachedOrNot(timed, clock, { now, everyMs: 15 * SECOND, value: read, asOf: null });
          expect(lasted(timed, clock, null, false)).toBe(read === 3 && bridged >= 10 * MINUTE);
        }
      }),
      { numRuns: 500 },
    );
  });
});

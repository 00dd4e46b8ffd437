import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ACTIONS, type ActionName } from "../../src/domain/command.ts";
import type { PassFacts } from "../../src/domain/draft.ts";
import { modeOf } from "../../src/domain/growth.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import type { Intention } from "../../src/domain/record.ts";
import { standingOf } from "../../src/domain/transition.ts";
import {
  type Edit,
  type Guarded,
  RampWalk,
  type Said,
  type Step,
  WALKED,
  type Walked,
} from "../support/ramp-walk.ts";

type PassStep = Extract<Step, { do: "pass" }>;

const CALM: PassStep = {
  do: "pass",
  afterMs: 15 * SECOND,
  signals: ["good", "good"],
  guard: "good",
  deployed: false,
  fate: "applied",
  polled: true,
  readable: true,
  stop: "off",
  file: "valid",
};

function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
}

const said = mostly<Said>("good", "between", "missing", "short", "dark", "halt", "rollback");

const wildPass: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("pass"),
  afterMs: fc.constantFrom(0, SECOND, 5 * SECOND, 15 * SECOND, 45 * SECOND, MINUTE, HOUR),
  signals: fc.tuple(said, said),
  guard: mostly<Guarded>("good", "pending", "missing", "halt", "rollback"),
  deployed: mostly(false, true),
  fate: mostly("applied", "lost", "late", "unread", "raced"),
  polled: mostly(true, false),
  readable: mostly(true, false),
  stop: mostly("off", "on", "unknown"),
  file: mostly("valid", "changed", "invalid", "gone"),
});

const pass: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(15, 45, 45).map((s) => ({ ...CALM, afterMs: s * SECOND })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("lost", "late", "unread", "raced").map((fate) => ({ ...CALM, fate })),
  },
  { weight: 2, arbitrary: wildPass },
);

const command: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("command"),
  action: fc.oneof(
    fc.constantFrom<ActionName>("start", "resume", "act", "adopt-flag"),
    fc.constantFrom(...ACTIONS),
  ),
  at: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.constantFrom(5, 25, 30)),
});

const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("percent"),
      to: fc.constantFrom(0, 1, 3, 5, 10, 25, 40, 80, 100),
    }),
  },
  fc.record({
    kind: fc.constant("title"),
    text: fc.constantFrom(
      "Mine",
      "Gradual rollout",
      "Mine [rampart 1/4 #zzz.1.3]",
      "Mine [rampart 1/4 #k3f.99.1]",
    ),
  }),
  fc.record({ kind: fc.constant("group"), to: fc.constantFrom("new-pricing", "other") }),
  fc.record({ kind: fc.constant("environment"), on: fc.boolean() }),
  fc.record({ kind: fc.constant("other-strategy"), present: fc.boolean() }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: pass },
  { weight: 5, arbitrary: command },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("approve"),
      person: fc.constantFrom("approver", "operator", "starter", "author"),
    }),
  },
  { weight: 3, arbitrary: edit.map((each): Step => ({ do: "edit", edit: each })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "deliver-late" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: "new-process" }) },
);

const walk = fc.array(step, { minLength: 1, maxLength: 60 });
const RUNNING: readonly Step[] = [
  { do: "command", action: "act", at: null },
  { do: "command", action: "start", at: null },
];

type Check = (taken: Walked) => void;

/**
 * Walks a ramp that was started and shows every step to the check made for that walk; then shows it the end. A failure
 * names its seed.
 */
function walked(makeCheck: (world: RampWalk) => Check, atEnd: (world: RampWalk, check: Check) => void): void {
  fc.assert(
    fc.property(walk, (steps) => {
      const world = new RampWalk();
      const check = makeCheck(world);
      for (const each of [...RUNNING, ...steps]) check(world.take(each));
      atEnd(world, check);
    }),
    { numRuns: 500 },
  );
}

function checked(check: (taken: Walked, world: RampWalk) => void): void {
  walked(
    (world) => (taken) => check(taken, world),
    () => {},
  );
}

/** The raise that this pass decided on, if it did. */
function raiseOf({ before, decided }: Walked): Intention | null {
  const intention = decided?.record.intention ?? null;
  const isNew = intention !== null && intention.token.sequence !== before.intention?.token.sequence;
  return isNew && intention.kind === "raise" ? intention : null;
}

describe("exposure", () => {
  test("never rises without a pass whose signals were all good, settled and allowed to act on", () => {
    let raises = 0;
    checked((taken) => {
      const raise = raiseOf(taken);
      if (raise === null || taken.facts === null || taken.decided === null) return;
      raises += 1;
      const { facts, decided } = taken;
      const { record } = decided;
      expect(facts.judgement.signals.map(({ verdict }) => verdict)).toEqual(["good", "good"]);
      expect(facts.judgement.alerts.map(({ verdict }) => verdict)).toEqual(["good"]);
      for (const { settleMs } of facts.judgement.signals) {
        expect(facts.now).toBeGreaterThanOrEqual((record.exposure.changedAt ?? 0) + settleMs);
        expect(facts.now).toBeGreaterThanOrEqual((record.deploy?.at ?? 0) + settleMs);
      }
      expect(modeOf(WALKED, record)).toBe("act");
      expect(record.ramp.state).toBe("proving");
      expect(record.drift).toEqual([]);
      expect(record.epoch).toBe(facts.epoch);
      expect(facts).toMatchObject({
        stopSwitch: "off",
        flagUnreadable: null,
        definition: { status: "valid" },
      });
      if (raise.step === 3) {
        const approvers = (record.run?.approvals ?? []).filter(({ step: to }) => to === 3);
        expect(approvers.length).toBeGreaterThan(0);
        for (const { person, expiresAt } of approvers) {
          expect(["approver", "operator"]).toContain(person);
          expect(expiresAt).toBeGreaterThan(facts.now);
        }
      }
    });
    expect(raises).toBeGreaterThan(100);
  });

  test("rises by one step at a time, from where the ramp stands, once its hold is over", () => {
    checked((taken) => {
      const raise = raiseOf(taken);
      if (raise === null || taken.decided === null) return;
      const { record } = taken.decided;
      const from = standingOf(record.ramp)?.step ?? Number.NaN;
      expect(raise).toMatchObject({ step: from + 1, to: WALKED.steps[from]?.to });
      expect(record.flag?.rollout).toBe(raise.from);
      expect(raise.to).toBeGreaterThan(raise.from ?? 0);
      expect(record.holdMs).toBeGreaterThanOrEqual(WALKED.steps[from - 1]?.holdMs ?? 0);
    });
  });

  test("does not rise after a stop until a person says so", () => {
    let stops = 0;
    walked(
      () => {
        let stopped = false;
        return (taken) => {
          const { step: ordered, after, refused } = taken;
          const lifts = ["resume", "adopt-flag", "start", "restart"];
          if (ordered.do === "command" && !refused && lifts.includes(ordered.action)) stopped = false;
          if (stopped) expect(raiseOf(taken)).toBeNull();
          const isStopped = ["paused", "halted", "rolling-back", "rolled-back"].includes(after.ramp.state);
          if (isStopped && !stopped) stops += 1;
          stopped ||= isStopped;
        };
      },
      () => {},
    );
    expect(stops).toBeGreaterThan(100);
  });

  test("is never written above what a person lowered it to, but for a race that is given back at once", () => {
    let races = 0;
    checked((taken, world) => {
      for (const { to, raced } of world.applied.splice(0)) {
        if (raced) races += 1;
        else expect(to).toBeLessThanOrEqual(world.ceiling);
      }
      if (taken.step.do !== "pass" || taken.step.fate !== "raced") return;
      const ours = taken.decided?.decision.action.kind === "raise";
      if (ours) expect(world.flag.percent).toBeLessThanOrEqual(world.ceiling);
    });
    expect(races).toBeGreaterThan(10);
  });

  test("never rises on what is not known", () => {
    let blind = 0;
    checked((taken) => {
      if (taken.step.do !== "pass") return;
      const { signals, guard, readable, stop } = taken.step;
      const unknown: readonly Said[] = ["missing", "dark", "short"];
      const isSeen = guard !== "missing" && !signals.some((each) => unknown.includes(each));
      if (readable && stop !== "unknown" && isSeen) return;
      blind += 1;
      expect(raiseOf(taken)).toBeNull();
    });
    expect(blind).toBeGreaterThan(100);
  });
});

describe("a pass", () => {
  test("that is run twice in the same instant changes nothing more", () => {
    let repeated = 0;
    checked((taken, world) => {
      if (taken.step.do !== "pass" || taken.decided === null) return;
      const { readable, fate } = taken.step;
      // A raise that got lost is decided anew after its new token; a new process writes its token first of all.
      const { intention, ramp } = taken.decided.record;
      const isFirstOfTwo = ramp.state === "proving" && intention !== null && intention.kind !== "raise";
      const isTaken = world.record.epoch === world.epoch;
      // A halt over a raise of our own that a person's title hides is taken back by the pass after it.
      const hidesRaise = taken.decided.record.drift.some(({ kind }) => kind === "raised");
      if (!readable || fate !== "applied" || isFirstOfTwo || !isTaken || hidesRaise) return;
      repeated += 1;
      const { flag, record } = world;
      const again = world.take({ ...taken.step, afterMs: 0, deployed: false, polled: false });
      expect(world.flag).toEqual(flag);
      expect(world.record.intention?.token.sequence).toBe(record.intention?.token.sequence);
      expect(world.record.ramp.state).toBe(record.ramp.state);
      // A reminder that was due waits while a person's decrease is followed.
      const told = again.decided?.tellings.filter(({ kind }) => kind !== "halt-reminder");
      expect(told).toEqual([]);
    });
    expect(repeated).toBeGreaterThan(100);
  });
});

/** Whether the pass read 0 % from the admin API and from an SDK. */
function showsZero({ observation, served }: PassFacts): boolean {
  if (observation?.kind !== "seen" || served?.kind !== "seen") return false;
  const isSet = observation.strategies[0]?.rollout === "0";
  return isSet && (!served.enabled || served.strategies[0]?.rollout === "0");
}

describe("a rollback", () => {
  test("once ordered lasts until set and served showed it in two looks five seconds apart", () => {
    let ends = 0;
    walked(
      () => {
        let looks: number[] = [];
        return ({ before, after, facts }) => {
          if (before.ramp.state !== "rolling-back") return;
          expect(["rolling-back", "rolled-back"]).toContain(after.ramp.state);
          if (facts === null) return;
          looks = showsZero(facts) ? [...looks, facts.now] : [];
          if (after.ramp.state === "rolling-back") return;
          ends += 1;
          expect(looks.length).toBeGreaterThanOrEqual(2);
          expect((looks.at(-1) ?? 0) - (looks[0] ?? 0)).toBeGreaterThanOrEqual(5 * SECOND);
          looks = [];
        };
      },
      (world, check) => {
        check(world.take({ do: "command", action: "rollback", at: null }));
        for (const afterMs of [0, SECOND, 4 * SECOND, 5 * SECOND]) check(world.take({ ...CALM, afterMs }));
      },
    );
    expect(ends).toBeGreaterThan(100);
  });

  test("ends once the peers are well again", () => {
    walked(
      () => () => {},
      (world) => {
        if (world.record.ramp.state !== "rolling-back") return;
        for (let passes = 0; passes < 4; passes += 1) world.take(CALM);
        expect(world.record.ramp.state).toBe("rolled-back");
        expect(world.flag.percent).toBe(0);
      },
    );
  });
});

test("a late raise of an older decision is gone again after one calm pass", () => {
  let arrived = 0;
  walked(
    () => () => {},
    (world) => {
      // The raise hangs on its way, is dropped for a new token, and that one gets lost.
      world.take({ ...CALM, afterMs: 45 * SECOND, fate: "late" });
      world.take({ ...CALM, fate: "lost" });
      const before = world.flag.percent;
      world.take({ do: "deliver-late" });
      if (world.flag.percent <= before) return;
      arrived += 1;
      const recorded = world.record.flag?.rollout ?? 0;
      world.take(CALM);
      expect(world.flag.percent).toBeLessThanOrEqual(recorded);
    },
  );
  expect(arrived).toBeGreaterThan(10);
});

import { Conductor } from "../control/conduct.ts";
import type { PassPorts, Passed } from "../control/pass.ts";
import type { Metrics, Records } from "../control/ports.ts";
import { nextDue } from "../control/schedule.ts";
import type { Definition } from "../domain/gate.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { CaseEvent, Expected, GateCase, Written } from "../gatefile/gate-test/gate-test.ts";
import { type FlagStand, createFlagStand } from "./flag-stand.ts";
import { happen } from "./happening.ts";
import { createMemoryRecords } from "./memory-records.ts";
import { open, flagBefore } from "./opening.ts";
import { type Shortfall, shortfalls } from "./shortfall.ts";
import { type VirtualClock, createVirtualClock } from "./virtual-clock.ts";

export type CaseParts = {
  readonly case: GateCase;
  readonly definition: Definition;
  readonly people: Readonly<Record<string, readonly string[]>>;
  readonly metrics: Metrics;
  /** Play to the end whatever fails; else the first failure is enough. */
  readonly thorough: boolean;
};

/** One thing that was not as the case says. */
export type CaseFailure = Shortfall & { readonly afterMs: Millis; readonly at: Written };

export type Played = {
  readonly failures: readonly CaseFailure[];
  readonly passes: number;
};

/** Plays one case with the engine of the service, on a clock of its own. */
export async function playCase(parts: CaseParts): Promise<Played> {
  const clock = createVirtualClock(parts.case.start.at);
  const records = createMemoryRecords();
  const { definition } = parts;
  const { gate } = definition;
  const { start } = parts.case;
  const stand = gate.flag === null ? null : createFlagStand(gate, gate.flag, flagBefore(gate, start), clock);
  const passing = createPassing(parts, clock, records, stand);
  const { conductor } = passing;
  const failures: CaseFailure[] = [];
  const fail = (at: Written, afterMs: Millis, found: readonly Shortfall[]): void =>
    void failures.push(...found.map((each) => ({ ...each, afterMs, at })));

  const refused = stand === null ? null : await open(start, { conductor, records, definition, stand });
  if (refused !== null) {
    fail(parts.case.at, 0, [{ expected: "the case begins", was: refused, why: [] }]);
    return { failures, passes: 0 };
  }
  for (const moment of momentsOf(parts.case)) {
    const now = start.at + moment.afterMs;
    await passing.until(now);
    clock.set(now);
    for (const event of moment.events) {
      const was = await happen(event, { gate, conductor, stand, people: parts.people });
      if (was !== null) fail(event.at, event.afterMs, [{ expected: "the event happens", was, why: [] }]);
    }
    await passing.until(now);
    if (moment.expect.length > 0) await passing.look();
    for (const expected of moment.expect)
      fail(expected.at, expected.afterMs, shortfalls(expected, { passed: passing.last(), stand }));
    if (failures.length > 0 && !parts.thorough) break;
  }
  return { failures, passes: passing.count() };
}

type Moment = {
  readonly afterMs: Millis;
  readonly events: readonly CaseEvent[];
  readonly expect: readonly Expected[];
};

/** Every time at which something happens or is looked at, in order. */
function momentsOf({ events, expect }: GateCase): readonly Moment[] {
  const times = new Set([...events, ...expect].map(({ afterMs }) => afterMs));
  return [...times]
    .toSorted((a, b) => a - b)
    .map((afterMs) => ({
      afterMs,
      events: events.filter((each) => each.afterMs === afterMs),
      expect: expect.filter((each) => each.afterMs === afterMs),
    }));
}

/** Runs passes as the metronome of the service would: at once, in the slots of the gate, and after each command. */
function createPassing(parts: CaseParts, clock: VirtualClock, records: Records, stand: FlagStand | null) {
  const { definition } = parts;
  const { gate } = definition;
  let due: Instant = clock.now();
  let last: Passed | null = null;
  let lastAt: Instant | null = null;
  let count = 0;
  let ids = 0;
  const ports: PassPorts = {
    clock,
    ids: { next: (prefix) => `${prefix}_${(ids += 1)}` },
    metrics: parts.metrics,
    silencers: { silences: () => Promise.resolve({ kind: "not-configured" }) },
    flags: stand?.flags ?? NO_FLAGS,
    served: stand?.served ?? NO_SERVED,
    records,
    definitions: {
      current: () => new Map([[gate.name, { kind: "valid", definition, path: "" }]]),
      problems: () => [],
    },
    health: { eventLoopLagMs: () => 0 },
    people: new Map(Object.entries(parts.people)),
    onDecision: () => undefined,
  };
  const conductor = new Conductor(ports, () => void (due = clock.now()));

  async function pass(): Promise<void> {
    last = await conductor.pass(gate.name);
    if (last === null) throw new Error(`nothing defines ${gate.name}`);
    lastAt = clock.now();
    count += 1;
    due = nextDue(gate, last.record, lastAt);
  }

  return {
    conductor,
    last: () => last,
    count: () => count,
    /** All passes that are due by then. */
    async until(time: Instant): Promise<void> {
      while (due <= time) {
        clock.set(due);
        await pass();
      }
    },
    /** A pass on demand, as whoever asks a server for its state gets one. */
    async look(): Promise<void> {
      if (lastAt !== clock.now()) await pass();
    },
  };
}

function refuse(): never {
  throw new Error("a gate without a flag asks Unleash for nothing");
}

const NO_FLAGS: PassPorts["flags"] = {
  observe: refuse,
  preflight: refuse,
  segments: refuse,
  write: refuse,
  switchOff: refuse,
  events: refuse,
  ownUserId: refuse,
};

const NO_SERVED: PassPorts["served"] = { observe: refuse, stopSwitch: refuse };

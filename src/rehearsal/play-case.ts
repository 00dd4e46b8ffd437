import type { Metrics } from "../control/ports.ts";
import type { Definition } from "../domain/gate.ts";
import type { Millis } from "../domain/instant.ts";
import type { CaseEvent, Expected, GateCase, Written } from "../gatefile/gate-test/gate-test.ts";
import { createFlagStand } from "./flag-stand.ts";
import { happen } from "./happening.ts";
import { createMemoryRecords } from "./memory-records.ts";
import { open, flagBefore } from "./opening.ts";
import { createPassing } from "./passing.ts";
import { type Shortfall, shortfalls } from "./shortfall.ts";
import { createSilenced } from "./silenced.ts";
import { createVirtualClock } from "./virtual-clock.ts";

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
  const { people, metrics } = parts;
  const silenced = createSilenced(parts.case.events, clock);
  const { silencers } = silenced;
  const passing = createPassing({ definition, people, metrics, silencers, clock, records, stand });
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
      const was = await happen(event, { gate, conductor, stand, silenced, people: parts.people });
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

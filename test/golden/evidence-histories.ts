import { type Instant, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { aCohorts, aCounts, aLimit, aSignal, aStep } from "../support/builders.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scrapedCounter } from "../support/scraped-counter.ts";
import { type World, createWorld } from "../support/world-of-fakes.ts";
import { GATE, STEPS } from "./orders.ts";

const BEGIN = manualClock().now();
const [FIRST = aStep(), ...LATER] = STEPS;

/** A step is proven by its cohort's outcomes, past a time that blinds them; at the next one more of them are bad than of the control. */
export async function cohorts(): Promise<World> {
  const hours = { kind: "span", from: BEGIN + 6 * MINUTE, to: BEGIN + 8 * MINUTE } as const;
  const outcomes = aCohorts({
    name: "outcomes",
    settleMs: 2 * MINUTE,
    except: [{ name: "maintenance", hours }],
    halt: aLimit("above 1% over control for 1m"),
    rollback: aLimit("above 10% over control"),
  });
  const proving = { ...FIRST, prove: { text: "3%", ratio: 0.03 } };
  const world = createWorld({
    gates: [{ ...GATE, signals: [aSignal(), outcomes], steps: [proving, ...LATER] }],
  });
  let badSince: Instant = Number.POSITIVE_INFINITY;
  counts(world, "on", 4 * SECOND, (at) => Math.max(0, Math.floor((at - badSince) / (10 * SECOND))));
  counts(world, "off", SECOND, () => 0);
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 25);
  await world.run(3 * MINUTE);
  badSince = world.clock.now();
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  return world;
}

/** Outcomes of one cohort, one each so often. */
function counts(world: World, variant: string, everyMs: number, bad: (at: Instant) => number): void {
  const total = (at: Instant): number => 100_000 + Math.floor((at - BEGIN) / everyMs);
  world.metrics.setCounters(`total{v="${variant}"}`, scrapedCounter(total));
  world.metrics.setCounters(`bad{v="${variant}"}`, scrapedCounter(bad));
}

/** Limits of those exposed and of the days before the ramp; one of them counts new samples alone. */
export async function beforeRamp(): Promise<World> {
  const exposed = aCounts({
    name: "declines",
    settleMs: MINUTE,
    advance: aLimit("at most 5% of exposed"),
    halt: null,
    rollback: aLimit("above 20% of exposed for 1m"),
  });
  const backlog = aSignal({
    name: "backlog",
    measure: { kind: "plain", query: "backlog" },
    unit: "count",
    onNewData: true,
    advance: null,
    halt: aLimit("above 300% of baseline for 2 runs"),
    rollback: null,
  });
  const world = createWorld({ gates: [{ ...GATE, signals: [aSignal(), exposed, backlog] }] });
  world.metrics.set("total", 1_000_000);
  world.metrics.set("bad", 10_000);
  world.metrics.set("backlog", 5);
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(2 * MINUTE);
  // Half a percent more of everybody is 10 % of the 5 % who are exposed.
  world.metrics.set("bad", (at) => (at < BEGIN ? 10_000 : 15_000));
  await world.run(2 * MINUTE);
  world.metrics.set("bad", 10_000);
  await world.until(({ exposure }) => exposure.set === 25);
  await world.run(2 * MINUTE);
  world.metrics.set("bad", (at) => (at < BEGIN ? 10_000 : 70_000));
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  return world;
}

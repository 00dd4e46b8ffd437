import { type Actor, everyNowAndThen } from "../actors/actor.ts";
import type { Draw } from "../draw.ts";
import { type Instant, MINUTE, SECOND } from "../engine.ts";
import type { Simulation } from "../simulation.ts";
import type { Backup } from "../store/simulated-store.ts";

export type Crashes = {
  readonly actors: readonly Actor[];
  /** Notices that nothing runs any more, and brings the machine back some time later. */
  readonly boot: Actor;
};

/** The machine dies or hangs in the middle of any call and comes back, at times with a backup of its store. */
export function createCrashes(sim: Simulation, draw: Draw, busy: number): Crashes {
  let backup: { readonly store: Backup; readonly at: Instant } | null = null;
  let downSince: Instant | null = null;
  let bootAt = Number.POSITIVE_INFINITY;

  function boot(): void {
    if (downSince === null) return;
    const restored = backup !== null && draw.chance(0.2) ? backup : null;
    sim.host.boot(restored?.store);
    sim.journal.faults.push({ kind: "process down", from: downSince, to: sim.now(), size: 0 });
    sim.journal.note(restored === null ? "a new process" : "a new process on a backup of the store");
    if (restored !== null) {
      sim.journal.faults.push({ kind: "store restored", from: restored.at, to: sim.now(), size: 0 });
      sim.journal.count("fault store restored");
      backup = null;
    }
    downSince = null;
    bootAt = Number.POSITIVE_INFINITY;
  }

  const actors = [
    everyNowAndThen(draw, sim.now, (5 * MINUTE) / busy, () => {
      sim.journal.count("fault process dies");
      sim.host.processes()[0]?.dieIn(draw.int(1, 120));
    }),
    everyNowAndThen(draw, sim.now, (9 * MINUTE) / busy, () => {
      sim.journal.count("fault process hangs");
      sim.host.processes()[0]?.hangIn(draw.int(1, 120));
    }),
    everyNowAndThen(draw, sim.now, (4 * MINUTE) / busy, () => sim.host.wake()),
    everyNowAndThen(draw, sim.now, (8 * MINUTE) / busy, () => {
      // A newer epoch beside an older one would pass for a future that the backup lost.
      const [only, ...others] = sim.host.processes();
      if (only?.isNewest() === true && others.length === 0) {
        backup = { store: sim.host.store().backup(), at: sim.now() };
      }
    }),
  ];
  const isUp = (): boolean => sim.host.processes().length > 0;
  return {
    actors,
    boot: {
      next: () => (isUp() ? Number.POSITIVE_INFINITY : sim.now()),
      act() {
        if (downSince === null) {
          downSince = sim.now();
          bootAt = sim.now() + (draw.chance(0.2) ? draw.int(2, 8) * MINUTE : draw.int(1, 40) * SECOND);
        }
        if (sim.now() >= bootAt) boot();
      },
    },
  };
}

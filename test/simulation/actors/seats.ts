import { PEOPLE } from "../../support/world-of-fakes.ts";
import { type Instant, MINUTE } from "../engine.ts";
import type { Simulation } from "../simulation.ts";
import type { Actor } from "./actor.ts";

/** Whose rights come and go. */
const WHO = "lead";
export const SEAT_TAKEN = "seat taken";

/** The people of the configuration, of whom one may lose their groups for a while. */
export type Seats = {
  readonly people: ReadonlyMap<string, readonly string[]>;
  take(): void;
  giveBack(): void;
};

export function createSeats(): Seats {
  const people = new Map(PEOPLE);
  return {
    people,
    take: () => void people.set(WHO, []),
    giveBack: () => void people.set(WHO, PEOPLE.get(WHO) ?? []),
  };
}

/** In some seeds somebody who approves is moved to other work, and comes back. */
export function createMoves(sim: Simulation): {
  readonly actors: readonly Actor[];
  readonly stop: () => void;
} {
  const draw = sim.draw("seats");
  if (!draw.chance(0.3)) return { actors: [], stop: () => undefined };
  let next: Instant = sim.now() + draw.int(2, 12) * MINUTE;
  let takenAt: Instant | null = null;
  const giveBack = (): void => {
    if (takenAt === null) return;
    sim.seats.giveBack();
    sim.journal.faults.push({ kind: SEAT_TAKEN, from: takenAt, to: sim.now(), size: 0 });
    sim.journal.note(`${WHO} has their groups again`);
    takenAt = null;
  };
  const act = (): void => {
    next = sim.now() + draw.int(2, 8) * MINUTE;
    if (takenAt !== null) return giveBack();
    takenAt = sim.now();
    sim.seats.take();
    sim.journal.note(`${WHO} loses their groups`);
    sim.journal.count("seat taken");
  };
  return { actors: [{ next: () => next, act }], stop: giveBack };
}

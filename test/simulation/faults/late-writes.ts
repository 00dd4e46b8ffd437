import type { Simulation } from "../simulation.ts";

/** Lets writes that hang on their way arrive. */
export function deliverLate(sim: Simulation): void {
  const before = sim.unleash.server.writes.length;
  sim.unleash.server.deliverLate();
  const arrived = sim.unleash.server.writes.slice(before);
  for (const { change, applied, flag } of arrived) {
    sim.journal.count(`late write ${applied ? "took effect" : "had none"}`);
    const what = change.kind === "off" ? "off" : `${change.to}% ${change.title}`;
    sim.journal.note(`a late write of ${flag} arrives: ${what}, ${applied ? "applied" : "without effect"}`);
  }
}

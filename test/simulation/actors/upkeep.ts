import { MINUTE } from "../engine.ts";
import type { Simulation } from "../simulation.ts";
import { type Actor, everyNowAndThen } from "./actor.ts";
import { personNamed } from "./orders.ts";

const OPERATOR = personNamed("operator");
const SOURCE = "main";

/** Whoever works on Prometheus: says so mostly while it is dark, for longer or shorter than that lasts, or takes it back. */
export function createUpkeep(sim: Simulation): Actor {
  const draw = sim.draw("upkeep");
  return everyNowAndThen(draw, sim.now, 2 * MINUTE, async () => {
    const isDark = sim.prometheus.isDark();
    const forMs = draw.chance(0.2) ? null : draw.int(1, 10) * MINUTE;
    if (!isDark && draw.chance(0.85)) return;
    const [process] = sim.host.processes();
    if (process === undefined) return;
    const place = sim.journal.upkeep.length;
    const asked = { at: sim.now(), forMs };
    sim.journal.upkeep.push({ ...asked, heardAt: Number.POSITIVE_INFINITY, answer: "none" });
    const order = { source: SOURCE, forMs, by: OPERATOR, reason: "because" };
    const ordering = process.conductor.orderMaintenance(order, null).then(() => "done" as const);
    const answer = (await process.unlessItHangs(ordering).catch(() => null)) ?? "none";
    sim.journal.upkeep[place] = { ...asked, heardAt: sim.now(), answer };
    const what = forMs === null ? "ends maintenance" : `orders maintenance for ${forMs / MINUTE} min`;
    const when = isDark ? "in the dark" : "in the light";
    sim.journal.note(`operator ${what} ${when}: ${answer}`);
    sim.journal.count(`maintenance ${forMs === null ? "ended" : "begun"} ${when}`);
  });
}

import { hasAudiences, nameOfStep } from "./audience.ts";
import { because, definitionBecause, driftBecause } from "./because.ts";
import type { PassFacts } from "./draft.ts";
import type { Gate } from "./gate.ts";
import { type Instant, type Millis, formatMillis } from "./instant.ts";
import { isUnderWay, maintenanceAt, maintenanceText, stoodStill } from "./maintenance.ts";
import type { Drift, GateRecord, Intention } from "./record.ts";
import { deployText } from "./settle.ts";
import type { Tell } from "./tell.ts";
import { standingOf } from "./transition.ts";
import type { Because } from "./verdict.ts";

/** A raise is paged where no signal watches it: no ramp runs that could halt on it. */
export function driftTells(
  gate: Gate,
  newDrift: readonly Drift[],
  before: GateRecord,
  acting: boolean,
): readonly Tell[] {
  const unwatched = acting && standingOf(before.ramp) === null;
  const { set } = before.exposure;
  const isRaise = ({ kind, observed }: Drift) =>
    kind === "raised" || (kind === "unmanaged" && set !== null && observed !== null && observed > set);
  return newDrift.map((found) => ({
    kind: "changed-by-hand",
    page: unwatched && isRaise(found),
    causes: [driftBecause(gate, found)],
  }));
}

/** What people hear once a write of ours is seen to have happened. */
export function landedTells(gate: Gate, intention: Intention, record: GateRecord): readonly Tell[] {
  if (intention.kind !== "raise") return [];
  const { step } = intention;
  const before = hasAudiences(gate) ? nameOfStep(gate, step - 1) : `${intention.from ?? 0}%`;
  const message = `${before} to ${nameOfStep(gate, step)}, step ${step} of ${gate.steps.length}`;
  return [{ kind: "advanced", page: false, causes: [because("state", record.ramp.state, message)] }];
}

/** A run whose file changed, turned bad or disappeared is told once; a file that is gone while exposed needs a person. */
export function definitionTells(before: GateRecord, facts: PassFacts): readonly Tell[] {
  if (standingOf(before.ramp) === null) return [];
  return definitionBecause(before, facts.definition)
    .filter(({ code }) => !before.because.some((known) => known.kind === "definition" && known.code === code))
    .map((cause) => ({
      kind: "definition",
      page: cause.code === "gone" && (before.exposure.set ?? 0) > 0,
      causes: [cause],
    }));
}

/** A ramp whose own service went out again: its readings settle anew, or its step begins anew. */
export function deployTells(before: GateRecord, noted: GateRecord): readonly Tell[] {
  const { deploy } = noted;
  if (deploy === null || deploy.id === before.deploy?.id || deploy.effect === "note") return [];
  if (standingOf(noted.ramp) === null) return [];
  const then = deploy.effect === "restart-step" ? "the step begins anew" : "readings settle anew";
  const cause = because("state", "deployed", `${deployText(deploy)} (${deploy.by}): ${then}`);
  return [{ kind: "deployed", page: false, causes: [cause] }];
}

export function darkTells(gate: Gate, before: GateRecord, facts: PassFacts): readonly Tell[] {
  const { now, maintenance } = facts;
  const lastAt = before.lastPass?.at ?? now;
  const tells: Tell[] = [];
  for (const [source, since] of facts.dark) {
    if (!gate.signals.some((signal) => signal.source === source)) continue;
    // Nobody is paged during maintenance; who could have been before it is told again after it.
    if (maintenanceAt(maintenance, source, now) !== null) continue;
    const wasUnder = maintenanceAt(maintenance, source, lastAt) !== null;
    const counted = now - lastAt - stoodStill(maintenance, source, lastAt, now);
    const darkFor = now - since;
    const wasPaged = !wasUnder && darkFor - counted >= gate.data.darkPageMs;
    if (wasPaged || darkFor < gate.data.darkPageMs) continue;
    tells.push({
      kind: "cannot-see",
      page: true,
      causes: [darkBecause(gate, source, since, facts.now)],
    });
  }
  return tells;
}

/** Maintenance of a source that a run reads is told once when it begins, and once when it is over. */
export function maintenanceTells(before: GateRecord, facts: PassFacts): readonly Tell[] {
  const { lastPass, ramp } = before;
  if (lastPass === null || standingOf(ramp) === null) return [];
  const { now } = facts;
  const known = lastPass.maintenance ?? [];
  const current = facts.maintenance.filter((each) => isUnderWay(each, now));
  const begun = current.filter(({ id }) => known.every((own) => own.id !== id));
  const over = known.filter(({ source }) => current.every((own) => own.source !== source));
  const messages = [
    ...begun.map((own) => `clocks of source ${own.source} stand still, ${maintenanceText(own, now)}`),
    ...over.map(
      ({ source }) => `maintenance of source ${source} is over: its clocks go on from where they stood`,
    ),
  ];
  return messages.map((message) => ({
    kind: "maintenance",
    page: false,
    causes: [because("health", "maintenance", message)],
  }));
}

function darkBecause(gate: Gate, source: string, since: Instant, now: Instant): Because {
  const { darkHaltMs, darkRollbackMs } = gate.data;
  const next = (what: string, after: Millis | null) =>
    after === null ? [] : [`${what} ${formatMillis(since + after - now)} from now`];
  const becomes = [...next("halts", darkHaltMs), ...next("rolls back", darkRollbackMs)].join(", ");
  const message = `source ${source} has answered nothing for ${formatMillis(now - since)}`;
  return because("health", "dark", becomes === "" ? message : `${message}; ${becomes}`);
}

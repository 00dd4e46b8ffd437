import type { AlertRule } from "../../src/domain/alert.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import {
  aCounts,
  aDemand,
  aGuard,
  aLimit,
  aMachine,
  anAlertRule,
  aSignal,
  aStep,
} from "../support/builders.ts";
import { type World, createWorld } from "../support/world-of-fakes.ts";
import { beforeRamp, cohorts } from "./evidence-histories.ts";
import { GATE, STEPS, approve, atFive, order } from "./orders.ts";
import { adopt, force, pauseUntil } from "./order-histories.ts";

/** What happens in each recorded history, by its name. The world is one of fakes, so each is the same whenever it is played. */
export const HISTORIES: Readonly<Record<string, () => Promise<World>>> = {
  "start-to-finish": startToFinish,
  rollback,
  "halt-and-resume": haltAndResume,
  drift,
  approval,
  alert,
  deploy,
  observe,
  "dark-source": darkSource,
  "lost-writes": lostWrites,
  force,
  adopt,
  "pause-until": pauseUntil,
  cohorts,
  "before-ramp": beforeRamp,
};

async function startToFinish(): Promise<World> {
  const world = createWorld({ gates: [GATE] });
  await world.pass();
  await world.begin();
  await world.until(({ ramp }) => ramp.state === "finished");
  return world;
}

/** A rollback that Unleash does not take at first; then a second run. */
async function rollback(): Promise<World> {
  const world = await atFive();
  world.flags.faults.down = true;
  world.metrics.set("errors", 0.06);
  await world.run(75 * SECOND);
  world.flags.faults.down = false;
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  world.metrics.set("errors", 0);
  await world.run(6 * MINUTE);
  world.person().on();
  await order(world, "restart");
  await world.until(({ exposure }) => exposure.set === 5);
  return world;
}

/** Limits that must last and counts that begin empty; a person resumes, and the deadline of the second halt passes. */
async function haltAndResume(): Promise<World> {
  const counted = aCounts({ name: "declines", halt: aLimit("above 2% for 2m"), minBad: 5, floor: 100 });
  const world = createWorld({
    gates: [{ ...GATE, signals: [aSignal(), counted], haltDeadlineMs: 10 * MINUTE }],
  });
  world.metrics.set("total", 50);
  await world.begin();
  await world.run(2 * MINUTE);
  world.metrics.set("total", 1_000);
  world.metrics.set("bad", 2);
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(2 * MINUTE);
  world.metrics.set("bad", 40);
  await world.until(({ ramp }) => ramp.state === "halted");
  await order(world, "resume");
  await world.run(3 * MINUTE);
  world.metrics.set("errors", 0.03);
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  return world;
}

async function drift(): Promise<World> {
  const world = await atFive();
  world.person().set(50);
  await world.run(MINUTE);
  await order(world, "restore");
  await world.run(2 * MINUTE);
  world.person().change({ groupId: "other" });
  await world.run(MINUTE);
  await order(world, "adopt-flag");
  await world.run(2 * MINUTE);
  world.person().set(2);
  await world.run(2 * MINUTE);
  world.person().set(0);
  await world.run(2 * MINUTE);
  return world;
}

async function approval(): Promise<World> {
  const [first, second, last] = STEPS.map((step) => ({ ...step }));
  const asked = { ...aStep(), ...second, approve: [aDemand({ expiresMs: 10 * MINUTE })] };
  const world = await atFive({ ...GATE, steps: [first ?? aStep(), asked, last ?? aStep()] });
  await world.until(({ because }) => because.some(({ kind }) => kind === "approval"));
  world.metrics.set("errors", 0.015);
  await world.pass();
  await approve(world);
  world.metrics.set("errors", 0);
  await world.run(2 * MINUTE);
  await approve(world);
  await world.until(({ exposure }) => exposure.set === 25);
  return world;
}

/** The rule of a guard is pending, silenced, firing, gone and critical in turn. */
async function alert(): Promise<World> {
  const world = createWorld({ gates: [{ ...GATE, alerts: [aGuard()] }] });
  let says: Partial<AlertRule> | null = {};
  world.metrics.setAlertRules((_matchers, _source, at) => ({
    kind: "known",
    rules: says === null ? [] : [ruleAt(at, says)],
  }));
  const firing = (severity: string, state: "pending" | "firing" = "firing"): void => {
    const labels = { alertname: "CheckoutErrors", service: "checkout", severity };
    says = { active: [{ labels, state, activeAt: world.clock.now() }] };
  };
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(2 * MINUTE);
  firing("warning", "pending");
  await world.run(MINUTE);
  firing("warning");
  const endsAt = world.clock.now() + HOUR;
  world.silencers.silence("CheckoutErrors", { id: "s1", by: "kim", comment: "known", endsAt });
  await world.run(MINUTE);
  world.silencers.answer({ kind: "known", silences: [null] });
  await world.run(MINUTE);
  says = {};
  await order(world, "resume");
  await world.run(MINUTE);
  says = null;
  await world.run(MINUTE);
  firing("critical");
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  return world;
}

function ruleAt(at: number, fields: Partial<AlertRule>): AlertRule {
  const freshness = {
    kind: "known",
    selectors: [{ selector: "errors", newest: at, scrapeIntervalMs: 15 * SECOND }],
  } as const;
  return anAlertRule({ lastEvaluation: at, freshness, ...fields });
}

/** A deploy restarts the step; soon after it a signal halts, and the deploy is a suspect. */
async function deploy(): Promise<World> {
  const world = await atFive({ ...GATE, service: "checkout", onDeploy: "restart-step" });
  const by = aMachine({ name: "ci", scopes: ["changes"] });
  await world
    .conductor()
    .deployed({ service: "checkout", version: "4f2a91c", at: null, url: null, by }, null);
  await world.run(3 * MINUTE);
  world.metrics.set("errors", 0.03);
  await world.run(MINUTE);
  return world;
}

async function observe(): Promise<World> {
  const world = createWorld({ gates: [GATE] });
  world.person().set(25);
  await world.run(6 * MINUTE);
  for (const errors of [0.015, 0.03, 0.06, 0]) {
    world.metrics.set("errors", errors);
    await world.run(MINUTE);
  }
  world.person().set(50);
  await world.run(2 * MINUTE);
  return world;
}

/** A query that answers nothing, then a source that answers nobody, until the gate's own bound for it. */
async function darkSource(): Promise<World> {
  const world = await atFive();
  world.metrics.set("errors", { kind: "empty" });
  await world.run(2 * MINUTE);
  world.metrics.set("errors", { kind: "unknown", reason: "nan", detail: "the query answered NaN" });
  await world.run(MINUTE);
  world.metrics.fail("timeout");
  await world.until(({ ramp }) => ramp.state === "halted");
  world.metrics.recover();
  world.metrics.set("errors", 0);
  await order(world, "resume");
  await world.run(2 * MINUTE);
  return world;
}

/** Raises that are lost, late or unanswered, and a process that dies and comes back. */
async function lostWrites(): Promise<World> {
  const world = createWorld({ gates: [GATE] });
  world.flags.faults.writes.push("lost", "reply-lost", "late", "refused");
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(MINUTE);
  world.restart();
  await world.until(({ exposure }) => exposure.set === 25);
  return world;
}

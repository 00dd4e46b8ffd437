import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { beginServe } from "../support/running-service.ts";
import { Acknowledged } from "./acknowledged.ts";
import { type KillPoint, type Late, arm } from "./kill-points.ts";
import { type Lane, type LaneGate, order, stateOf, waitForGate } from "./lane.ts";
import type { Tally } from "./scenario.ts";
import { readStored, type Stored } from "./stored.ts";
import type { Surroundings } from "./surroundings.ts";

export const REFUSED = "late raises that failed the test of their token";
export const AFTER_ROLLBACK = "late raises refused after a rollback";
const POINT_WITHIN_MS = 60_000;

export type Cast = {
  readonly ramps: readonly LaneGate[];
  readonly halted: LaneGate;
  readonly paused: LaneGate;
};

/** Lets one service live and die, again and again, and looks at what each life leaves. */
export class Killer {
  readonly violations: string[] = [];
  readonly acknowledged = new Acknowledged();
  readonly #surroundings: Surroundings;
  readonly #lane: Lane;
  readonly #cast: Cast;
  readonly #tally: Tally;
  #late: Late | null = null;
  #last: Late | null = null;
  #delivered = 0;
  readonly #landed: string[] = [];
  #isUp = true;

  constructor(surroundings: Surroundings, lane: Lane, own: Cast, tally: Tally) {
    this.#surroundings = surroundings;
    this.#lane = lane;
    this.#cast = own;
    this.#tally = tally;
  }

  /** Every ramp runs, one has halted and has good signals again, one is what a person pauses and resumes. */
  async prepare(): Promise<void> {
    const { halted, paused, ramps } = this.#cast;
    for (const { gate } of [halted, paused, ...ramps]) await this.#lane.start(gate);
    await waitForGate(
      this.#lane,
      halted.gate,
      "reaches 1%",
      async () => (await this.#surroundings.percentOf(halted.gate)) === 1,
    );
    this.#lane.signals.set(halted.gate, 15);
    await waitForGate(
      this.#lane,
      halted.gate,
      "halts",
      async () => (await stateOf(this.#lane, halted.gate)) === "halted",
    );
    this.#lane.signals.set(halted.gate, 0);
  }

  landedLate(flag: string): number {
    return this.#landed.filter((other) => other === flag).length;
  }

  /** The raise that was on its way arrives when all is taken back. */
  keepForTheEnd(): void {
    this.#last = this.#late;
    this.#late = null;
  }

  /** One life, killed at that point, and what it leaves. */
  async round(point: KillPoint): Promise<void> {
    if (point === "while it starts") await this.#killWhileStarting();
    else await this.#killAt(point);
    this.#tally.add(point);
    this.#isUp = false;
    this.#check(await readStored(this.#lane.service.storePath));
  }

  async #killWhileStarting(): Promise<void> {
    if (this.#isUp) await this.#kill();
    const { service } = this.#lane;
    const life = await beginServe(service, { RAMPART_BOOTSTRAP_TOKEN: service.bootstrap });
    await sleep(randomInt(1_200));
    life.signal("SIGKILL");
    await life.ended;
  }

  async #killAt(point: KillPoint): Promise<void> {
    await this.#up();
    const over = new AbortController();
    const around = [this.#watch(over.signal), this.#deliverLate(over.signal), this.#pauseOrResume()];
    const armed = await arm(this.#lane, point);
    const inTime = await Promise.race([
      armed.killed.then(() => true),
      sleep(POINT_WITHIN_MS, false, { signal: over.signal }).catch(() => false),
    ]);
    if (!inTime) throw new Error(`the service did not come to this point: ${point}`);
    await this.#kill();
    over.abort();
    await Promise.all(around);
    this.#late ??= armed.late();
    await armed.disarm();
  }

  async #up(): Promise<void> {
    if (!this.#isUp) await this.#lane.service.startAgain({ until: "listening" });
    this.#isUp = true;
  }

  async #kill(): Promise<void> {
    this.#lane.service.signal("SIGKILL");
    await this.#lane.service.ended();
  }

  #watch(until: AbortSignal): Promise<void> {
    const { ramps, halted, paused } = this.#cast;
    return this.acknowledged.watch(
      this.#lane,
      [...ramps, paused, halted].map(({ gate }) => gate),
      until,
    );
  }

  /** What a killed process had sent arrives in the life of a later one: now before its first write, now after it. */
  async #deliverLate(until: AbortSignal): Promise<void> {
    const late = this.#late;
    if (late === null) return;
    const { title } = await this.#surroundings.rolloutOf(late.flag);
    this.#delivered += 1;
    while (this.#delivered % 2 === 1 && (await this.#surroundings.rolloutOf(late.flag)).title === title) {
      if (until.aborted) return;
      await sleep(50);
    }
    this.#late = null;
    const { status } = await late.pass();
    if (status === 200) this.#landed.push(late.flag);
    this.#tally.add(status === 200 ? "late raises that came before the new token" : REFUSED);
  }

  async #pauseOrResume(): Promise<void> {
    await sleep(randomInt(1_000));
    const { gate } = this.#cast.paused;
    const state = await stateOf(this.#lane, gate);
    if (state === null) return;
    const id = await order(this.#lane, gate, state === "paused" ? "resume" : "pause");
    if (id === null) return;
    this.#tally.add("orders acknowledged");
    this.acknowledged.ordered(gate, id);
  }

  #check(stored: Stored): void {
    const { halted } = this.#cast;
    this.violations.push(...this.acknowledged.lost(stored));
    const state = stored.records.get(halted.gate)?.ramp.state;
    if (state !== "halted") this.violations.push(`${halted.gate}: was halted, the store says ${state}`);
  }

  /** The last life comes to its end: every rollback lands and is told. */
  async settle(): Promise<void> {
    await this.#up();
    for (const { gate } of this.#cast.ramps) {
      await waitForGate(
        this.#lane,
        gate,
        "is rolled back",
        async () => (await stateOf(this.#lane, gate)) === "rolled-back",
      );
      const rollout = await this.#surroundings.percentOf(gate);
      if (rollout !== 0) this.violations.push(`${gate}: told as rolled back, Unleash has ${rollout}%`);
    }
    await this.#deliverLast();
    const halted = await this.#surroundings.percentOf(this.#cast.halted.gate);
    if (halted !== 1) this.violations.push(`${this.#cast.halted.gate}: halted at 1%, Unleash has ${halted}%`);
  }

  async #deliverLast(): Promise<void> {
    if (this.#last === null) throw new Error("no raise was on its way when the ramps were taken back");
    const { flag, pass } = this.#last;
    const { status } = await pass();
    if (status === 200)
      this.violations.push(`${flag}: a raise of a dead process landed on what was rolled back`);
    else this.#tally.add(AFTER_ROLLBACK);
  }

  async bury(): Promise<Stored> {
    await this.#kill();
    const stored = await readStored(this.#lane.service.storePath);
    this.#check(stored);
    return stored;
  }
}

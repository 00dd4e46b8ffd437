import { setTimeout as sleep } from "node:timers/promises";
import type { Instant, Millis } from "../domain/instant.ts";
import { firstDue, missedSlots, nextDue, nextSlot } from "./schedule.ts";
import type { Passed } from "./pass.ts";

export type MetronomePorts = {
  readonly now: () => Instant;
  /** Names of all gates that should be evaluated, with their rhythm. */
  readonly gates: () => Promise<readonly { readonly name: string; readonly everyMs: Millis }[]>;
  readonly pass: (gate: string) => Promise<Passed | null>;
  readonly onMissed: (gate: string, slots: number) => void;
  readonly onError: (gate: string | null, error: unknown) => void;
};

/** Decides which gates are due. `tick` is one look at one instant; only `run` sleeps. */
export class Metronome {
  readonly #ports: MetronomePorts;
  readonly #due = new Map<string, Instant>();
  readonly #running = new Set<string>();

  constructor(ports: MetronomePorts) {
    this.#ports = ports;
  }

  /** Makes the gate due at once. */
  wake(gate: string): void {
    this.#due.set(gate, 0);
  }

  /** Starts every pass that is due and not already under way; resolves when those passes are over. */
  async tick(now: Instant): Promise<void> {
    const gates = await this.#ports.gates();
    await Promise.all(gates.map(({ name, everyMs }) => this.#one(name, everyMs, now)));
  }

  async #one(name: string, everyMs: Millis, now: Instant): Promise<void> {
    const due = this.#due.get(name);
    if (due === undefined) {
      this.#due.set(name, firstDue(name, everyMs, now));
      return;
    }
    // No slot is further away than one period, unless the wall clock was set back: then nobody may wait for it to catch up.
    const isSetBack = due - now > everyMs;
    if ((now < due && !isSetBack) || this.#running.has(name)) return;
    const missed = due === 0 || isSetBack ? 0 : missedSlots(everyMs, due, now);
    if (missed > 0) this.#ports.onMissed(name, missed);
    this.#running.add(name);
    // The next slot is set before the pass, so that a wake during it is not forgotten.
    const next = nextSlot(name, everyMs, now);
    this.#due.set(name, next);
    try {
      const passed = await this.#ports.pass(name);
      const after = this.#ports.now();
      // Slots that the pass itself used up.
      if (after >= next) this.#ports.onMissed(name, 1 + missedSlots(everyMs, next, after));
      if (passed !== null && this.#due.get(name) !== 0) {
        this.#due.set(name, nextDue(passed.gate, passed.record, after));
      }
    } catch (error) {
      this.#ports.onError(name, error);
    } finally {
      this.#running.delete(name);
    }
  }

  /** Looks for due gates until aborted. A slow gate holds up no other: each look starts what is due and does not wait. */
  async run(everyMs: Millis, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.tick(this.#ports.now()).catch((error: unknown) => this.#ports.onError(null, error));
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { type Lane, ask } from "./lane.ts";
import type { Stored } from "./stored.ts";

type Seen = { readonly gate: string; readonly count: number; readonly after: string };
type Told = { readonly id: string; readonly count: number; readonly after: string };
type Page = { readonly decisions: readonly Told[] };

const LOOK_EVERY_MS = 110;

/** Everything that the API has ever told somebody, which therefore must never be lost. */
export class Acknowledged {
  readonly #decisions = new Map<string, Seen>();

  /** The decision with which an order was answered. */
  ordered(gate: string, id: string): void {
    if (!this.#decisions.has(id)) this.#decisions.set(id, { gate, count: 1, after: "" });
  }

  /** A decision as it was shown. */
  told(gate: string, { id, count, after }: Told): void {
    const before = this.#decisions.get(id)?.count ?? 0;
    this.#decisions.set(id, { gate, count: Math.max(count, before), after });
  }

  /** Reads the newest decisions again and again, as somebody in front of a page does. */
  async watch(lane: Lane, gates: readonly string[], until: AbortSignal): Promise<void> {
    for (let turn = 0; !until.aborted; turn += 1) {
      const gate = gates[turn % gates.length] ?? "";
      const page = await ask<Page>(lane, `/v1/gates/${gate}/decisions?limit=5`);
      for (const decision of page?.decisions ?? []) this.told(gate, decision);
      await sleep(LOOK_EVERY_MS, undefined, { signal: until }).catch(() => undefined);
    }
  }

  /** What was told until now. */
  snapshot(): Acknowledged {
    const copy = new Acknowledged();
    for (const [id, seen] of this.#decisions) copy.#decisions.set(id, seen);
    return copy;
  }

  get size(): number {
    return this.#decisions.size;
  }

  /** What was told and is not there any more. */
  lost(stored: Stored): readonly string[] {
    return [...this.#decisions].flatMap(([id, { gate, count, after }]) => {
      const row = stored.decisions.get(id);
      if (row === undefined) return [`${gate}: the decision ${id} was told and is not in the store`];
      if (row.count < count)
        return [`${gate}: ${id} was told as ${count} passes, the store has ${row.count}`];
      if (after !== "" && row.after !== after) {
        return [`${gate}: ${id} was told to end in ${after}, the store says ${row.after}`];
      }
      return [];
    });
  }
}

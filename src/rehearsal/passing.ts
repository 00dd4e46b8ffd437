import { Conductor } from "../control/conduct.ts";
import type { PassPorts, Passed } from "../control/pass.ts";
import type { Metrics, Records, Silencers } from "../control/ports.ts";
import { nextDue } from "../control/schedule.ts";
import type { Definition } from "../domain/gate.ts";
import type { Instant } from "../domain/instant.ts";
import type { FlagStand } from "./flag-stand.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export type PassingParts = {
  readonly definition: Definition;
  /** Groups of each person. */
  readonly people: Readonly<Record<string, readonly string[]>>;
  readonly metrics: Metrics;
  readonly silencers: Silencers;
  readonly clock: VirtualClock;
  readonly records: Records;
  /** Null: the gate drives no flag. */
  readonly stand: FlagStand | null;
};

/** The passes of one gate on virtual time. */
export type Passing = {
  readonly conductor: Conductor;
  /** Null: none has run yet. */
  last(): Passed | null;
  count(): number;
  /** All passes that are due by then. */
  until(time: Instant): Promise<void>;
  /** A pass on demand, as whoever asks a server for its state gets one. */
  look(): Promise<void>;
};

/** Runs passes as the metronome of the service would: at once, in the slots of the gate, and after each command. */
export function createPassing(parts: PassingParts): Passing {
  const { definition, clock, records, stand } = parts;
  const { gate } = definition;
  let due: Instant = clock.now();
  let last: Passed | null = null;
  let lastAt: Instant | null = null;
  let count = 0;
  let ids = 0;
  const ports: PassPorts = {
    clock,
    ids: { next: (prefix) => `${prefix}_${(ids += 1)}` },
    metrics: parts.metrics,
    silencers: parts.silencers,
    flags: stand?.flags ?? NO_FLAGS,
    served: stand?.served ?? NO_SERVED,
    records,
    definitions: {
      current: () => new Map([[gate.name, { kind: "valid", definition, path: "" }]]),
      problems: () => [],
    },
    health: { eventLoopLagMs: () => 0 },
    people: new Map(Object.entries(parts.people)),
    onDecision: () => undefined,
  };
  const conductor = new Conductor(ports, () => void (due = clock.now()));

  async function pass(): Promise<void> {
    last = await conductor.pass(gate.name);
    if (last === null) throw new Error(`nothing defines ${gate.name}`);
    lastAt = clock.now();
    count += 1;
    due = nextDue(gate, last.record, lastAt);
  }

  return {
    conductor,
    last: () => last,
    count: () => count,
    async until(time) {
      while (due <= time) {
        clock.set(due);
        await pass();
      }
    },
    async look() {
      if (lastAt !== clock.now()) await pass();
    },
  };
}

function refuse(): never {
  throw new Error("a gate without a flag asks Unleash for nothing");
}

const NO_FLAGS: PassPorts["flags"] = {
  observe: refuse,
  preflight: refuse,
  segments: refuse,
  write: refuse,
  switchOff: refuse,
  events: refuse,
  ownUserId: refuse,
};

const NO_SERVED: PassPorts["served"] = { observe: refuse, stopSwitch: refuse };

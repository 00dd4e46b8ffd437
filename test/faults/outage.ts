import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, PASS, hang } from "./fault-proxy.ts";
import { type Lane, type LaneGate, ask, startLane, stateOf, waitForGate } from "./lane.ts";
import { brokenLaws } from "./laws.ts";
import { type Report, type Scenario, Tally, allOf, played } from "./scenario.ts";
import { readStored } from "./stored.ts";
import { type Surroundings, uniqueName } from "./surroundings.ts";

const STEPS = [20, 100];
/** So long everything stays down after the rollback was taken: some passes, and a restart of our own. */
const DOWN_MS = 6_000;
const UNAVAILABLE: Answer = { status: 503, headers: {}, body: Buffer.from("unavailable") };

type Outage = {
  readonly name: string;
  begin(lane: Lane, surroundings: Surroundings): Promise<void>;
  end(lane: Lane, surroundings: Surroundings): Promise<void>;
};

const back = async (lane: Lane): Promise<void> => lane.proxy.treat(PASS);
const WIRES: readonly Outage[] = [
  { name: "connections are cut", begin: async (lane) => lane.proxy.treat(async () => null), end: back },
  { name: "nothing answers", begin: async (lane) => lane.proxy.treat(hang), end: back },
  {
    name: "a gateway answers 503",
    begin: async (lane) => lane.proxy.treat(async () => UNAVAILABLE),
    end: back,
  },
];
const KILLED: Outage = {
  name: "Unleash is killed",
  begin: (_, { unleash }) => unleash.kill(),
  end: (_, { unleash }) => unleash.restart(),
};

/** Unleash is away when a rollback is decided, while it is tried, and while Rampart itself is killed and starts again. */
export const outage: Scenario = {
  name: "outage",
  unit: "rollback while Unleash is away",
  count: 40,
  shortCount: 3,
  async play(surroundings, count) {
    const tally = new Tally([
      "rollbacks that landed",
      "looks at what was told meanwhile",
      "restarts meanwhile",
    ]);
    // The server of all is killed only where nothing else needs it, and only in a long run, for it takes long to start.
    const isLong = count > WIRES.length;
    const each = Math.ceil(count / (WIRES.length + (isLong ? 1 : 0)));
    const wires = await allOf(WIRES.map((wire) => playOutage(surroundings, tally, wire, each)));
    const killed = isLong ? await playOutage(surroundings, tally, KILLED, each) : [];
    return report(tally, [...wires.flat(), ...killed], isLong);
  },
};

function report(tally: Tally, violations: readonly string[], isLong: boolean): Report {
  const left = `left out with so few: ${KILLED.name}`;
  return played(tally, violations, isLong ? [] : [left]);
}

async function playOutage(
  surroundings: Surroundings,
  tally: Tally,
  away: Outage,
  count: number,
): Promise<readonly string[]> {
  const name = uniqueName("outage");
  const gates = Array.from({ length: count }, (_, index) => ({
    gate: `${name}-${index}`,
    steps: STEPS,
    holdMs: 600_000,
  }));
  const lane = await startLane(surroundings, { gates });
  try {
    return await rollBack(surroundings, lane, tally, away, gates);
  } finally {
    await lane.stop();
  }
}

async function rollBack(
  surroundings: Surroundings,
  lane: Lane,
  tally: Tally,
  away: Outage,
  gates: readonly LaneGate[],
): Promise<readonly string[]> {
  const names = gates.map(({ gate }) => gate);
  const told = new Truth(lane, away.name, tally);
  const all = async (what: string, isSo: (gate: string) => Promise<boolean>): Promise<void> => {
    for (const name of names) await waitForGate(lane, name, `${what} (${away.name})`, () => isSo(name));
  };
  for (const name of names) await lane.start(name);
  // What Unleash took and nobody has read back yet is not known to be there.
  await all("has read back 20%", async (name) => (await exposureOf(lane, name))?.set === 20);

  await away.begin(lane, surroundings);
  for (const name of names) lane.signals.set(name, 30);
  await all("rolls back", async (name) => (await stateOf(lane, name)) === "rolling-back");
  const looking = told.watch(names);
  await sleep(DOWN_MS / 2);
  lane.service.signal("SIGKILL");
  await lane.service.ended();
  await lane.service.startAgain({ until: "listening" });
  tally.add("restarts meanwhile");
  await sleep(DOWN_MS / 2);
  await told.stop(looking);

  await away.end(lane, surroundings);
  await all("is set to 0%", async (name) => (await surroundings.percentOf(name)) === 0);
  await all("is told as rolled back", async (name) => (await stateOf(lane, name)) === "rolled-back");
  lane.service.signal("SIGKILL");
  await lane.service.ended();
  const stored = await readStored(lane.service.storePath);
  const violations = [...told.lies];
  for (const own of gates) {
    const writes = await surroundings.writes(own.gate);
    violations.push(...brokenLaws(own, surroundings.rampart.id, writes, stored));
    const left = writes.at(-1)?.to;
    if (left === 0) tally.add("rollbacks that landed");
    else violations.push(`${own.gate}: told as rolled back, Unleash's log ends at ${left}% (${away.name})`);
  }
  return violations;
}

async function exposureOf(lane: Lane, gate: string): Promise<Told["exposure"] | undefined> {
  return (await ask<Told>(lane, `/v1/gates/${gate}`))?.exposure;
}

type Told = { readonly state: string; readonly exposure: { readonly set: number | null } };

/** What people get to hear while Unleash is away and still has 20 %. */
class Truth {
  readonly lies: string[] = [];
  readonly #lane: Lane;
  readonly #away: string;
  readonly #tally: Tally;
  readonly #over = new AbortController();

  constructor(lane: Lane, away: string, tally: Tally) {
    this.#lane = lane;
    this.#away = away;
    this.#tally = tally;
  }

  async watch(gates: readonly string[]): Promise<void> {
    for (let turn = 0; !this.#over.signal.aborted; turn += 1) {
      const gate = gates[turn % gates.length] ?? "";
      const told = await ask<Told>(this.#lane, `/v1/gates/${gate}`);
      if (told !== null) {
        this.#tally.add("looks at what was told meanwhile");
        if (told.state !== "rolling-back" || told.exposure.set === 0) {
          const said = `${told.state} at ${String(told.exposure.set)}%`;
          this.lies.push(`${gate}: while Unleash had 20% it was told to be ${said} (${this.#away})`);
        }
      }
      await sleep(150);
    }
  }

  async stop(looking: Promise<void>): Promise<void> {
    this.#over.abort();
    await looking;
  }
}

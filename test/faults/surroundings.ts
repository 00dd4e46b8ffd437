import { createHash, randomUUID } from "node:crypto";
import { type Postgres, startPostgres } from "../../demo/peers/postgres.ts";
import { type Strategy, type UnleashAdmin, unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { createBackendToken, createPerson, type Person } from "../../demo/peers/unleash-people.ts";
import { startUnleash, type Unleash } from "../../demo/peers/unleash.ts";
import { type FlagWrite, writesIn } from "./flag-log.ts";

export const ENVIRONMENT = "production";

/** A real Unleash with the accounts that a scenario needs. Flags of different scenarios do not meet. */
export type Surroundings = {
  readonly unleash: Unleash;
  /** Rampart's own account. */
  readonly rampart: Person;
  readonly clientToken: string;
  readonly admin: UnleashAdmin;
  /** Somebody who changes flags by hand. */
  readonly byHand: UnleashAdmin;
  readonly colleague: Person;
  /** A flag with one gradual rollout at 0 %, switched on; gives the id of the strategy. */
  makeFlag(flag: string): Promise<string>;
  rolloutOf(flag: string): Promise<Strategy>;
  /** What is set, in percent. */
  percentOf(flag: string): Promise<number>;
  /** Every change of the flag's strategies, oldest first, read from the table of events that Unleash itself keeps. */
  writes(flag: string): Promise<readonly FlagWrite[]>;
  stop(): Promise<void>;
};

export async function startSurroundings(): Promise<Surroundings> {
  const postgres = await startPostgres();
  const unleash = await startUnleash({ version: 8, postgres });
  const [rampart, colleague] = [
    await createPerson(unleash, "rampart", "Editor"),
    await createPerson(unleash, "colleague", "Editor"),
  ];
  const clientToken = await createBackendToken(unleash, ENVIRONMENT);
  const admin = unleashAdmin(unleash, unleash.adminToken);
  return {
    unleash,
    rampart,
    colleague,
    clientToken,
    admin,
    byHand: unleashAdmin(unleash, colleague.token),
    async makeFlag(flag) {
      const place = { flag, environment: ENVIRONMENT };
      await admin.createFlag(flag);
      const { id } = await admin.addRollout({ ...place, rollout: 0, title: "Gradual" });
      await admin.switchEnvironment(place, "on");
      return id;
    },
    rolloutOf: (flag) => rolloutOf(admin, flag),
    percentOf: async (flag) => Number((await rolloutOf(admin, flag)).parameters["rollout"]),
    writes: (flag) => writesOf(postgres, unleash, flag),
    async stop() {
      await unleash.stop();
      await postgres.stop();
    },
  };
}

async function rolloutOf(admin: UnleashAdmin, flag: string): Promise<Strategy> {
  const [strategy] = await admin.strategies({ flag, environment: ENVIRONMENT });
  if (strategy === undefined) throw new Error(`${flag} has no strategy`);
  return strategy;
}

/** The admin API gives the last 100 events only. */
async function writesOf(postgres: Postgres, unleash: Unleash, flag: string): Promise<readonly FlagWrite[]> {
  const rows = await postgres.query(
    `unleash_8_${unleash.port}`,
    `select id, extract(epoch from created_at) * 1000 as at, created_by_user_id, type, data, pre_data
     from events where feature_name = '${flag}' order by id`,
  );
  return writesIn(rows);
}

/** A name that no other run has used, short enough to read. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${createHash("sha256").update(randomUUID()).digest("hex").slice(0, 6)}`;
}

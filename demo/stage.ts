import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeFastRules } from "../scripts/fast-rules.mjs";
import { type Postgres, startPostgres } from "./peers/postgres.ts";
import { type Prometheus, startPrometheus } from "./peers/prometheus.ts";
import { type UnleashAdmin, unleashAdmin } from "./peers/unleash-admin.ts";
import { createBackendToken, createPerson } from "./peers/unleash-people.ts";
import { type Unleash, startUnleash } from "./peers/unleash.ts";
import { type Service, startServices } from "./services.ts";
import { type Shop, startShop } from "./shop.ts";

const HERE = import.meta.dirname;
const SCRAPE_INTERVAL = "1s";
export const ENVIRONMENT = "production";

export type Stage = {
  readonly home: string;
  readonly postgres: Postgres;
  readonly prometheus: Prometheus;
  readonly unleash: Unleash;
  /** The service that ramps this shop's flag. */
  serviceOf(shop: string): Service;
  /** Somebody who changes flags by hand in Unleash. */
  readonly colleague: UnleashAdmin;
  readonly clientToken: string;
  readonly shops: ReadonlyMap<string, Shop>;
  shop(name: string): Shop;
  stop(): Promise<void>;
};

export type StageOptions = {
  readonly shops: readonly string[];
  /** Shops with a service, and a disk, of their own. */
  readonly apart: readonly string[];
  readonly seed: number;
  readonly say: (line: string) => void;
};

export function flagOf(shop: string): string {
  return `erp-export-${shop}`;
}

/** Starts the whole world on loopback: PostgreSQL, Unleash, the shops, Prometheus and Rampart itself. */
export async function setStage({ shops: names, apart, seed, say }: StageOptions): Promise<Stage> {
  const home = await mkdtemp(join(tmpdir(), "rampart-demo-"));
  const stops: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const undo of stops.splice(0).toReversed()) await undo();
  };
  try {
    say("starting PostgreSQL and Unleash ...");
    const postgres = await startPostgres();
    stops.push(() => postgres.stop());
    const unleash = await startUnleash({ version: 8, postgres });
    stops.push(() => unleash.stop());
    const flags = await fillUnleash(unleash, names);
    say(`Unleash ${unleash.version} at ${unleash.url}`);

    const shops = new Map<string, Shop>();
    for (const name of names) {
      const shop = await startShop({
        home,
        name,
        flag: flagOf(name),
        seed,
        unleashUrl: unleash.url,
        clientToken: flags.clientToken,
        environment: ENVIRONMENT,
      });
      shops.set(name, shop);
      stops.push(() => shop.process.stop());
    }
    say(`shops: ${names.join(", ")}`);

    const prometheus = await startPrometheus({
      dataDir: join(home, "prometheus"),
      scrapeInterval: SCRAPE_INTERVAL,
      lookbackDelta: "10s",
      ruleFiles: await writeFastRules(
        [resolve(HERE, "../config/rules/commerce-health.rules.yml")],
        join(home, "rules"),
        SCRAPE_INTERVAL,
      ),
      scrapeTargets: [{ job: "shops", targets: [...shops.values()].map((shop) => `127.0.0.1:${shop.port}`) }],
    });
    stops.push(() => prometheus.stop());
    say(`Prometheus ${prometheus.version} at ${prometheus.url}`);

    const serviceOf = await startServices({
      home,
      gates: names.map(flagOf),
      apart: apart.map(flagOf),
      peers: {
        prometheusUrl: prometheus.url,
        unleashUrl: unleash.url,
        unleashToken: flags.rampartToken,
        clientToken: flags.clientToken,
      },
      onStart({ rampart, disk }) {
        stops.push(() => rampart.process.stop());
        say(`Rampart at ${rampart.url}${disk === null ? "" : `, on a ${disk.kind} of its own`}`);
      },
    });
    return {
      home,
      postgres,
      prometheus,
      unleash,
      serviceOf: (shop) => serviceOf(flagOf(shop)),
      colleague: flags.colleague,
      clientToken: flags.clientToken,
      shops,
      shop(name) {
        const shop = shops.get(name);
        if (shop === undefined) throw new Error(`there is no shop ${name}`);
        return shop;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fillUnleash(unleash: Unleash, shops: readonly string[]) {
  const admin = unleashAdmin(unleash, unleash.adminToken);
  await admin.ensureStickiness("orderId");
  for (const shop of shops) {
    const flag = flagOf(shop);
    await admin.createFlag(flag, { description: "Orders reach ERP through the streaming exporter" });
    await admin.addRollout({
      flag,
      environment: ENVIRONMENT,
      rollout: 0,
      title: "Gradual rollout",
      stickiness: "orderId",
      groupId: flag,
    });
    await admin.switchEnvironment({ flag, environment: ENVIRONMENT }, "on");
  }
  const rampart = await createPerson(unleash, "rampart", "Editor");
  const colleague = await createPerson(unleash, "colleague", "Editor");
  return {
    rampartToken: rampart.token,
    colleague: unleashAdmin(unleash, colleague.token),
    clientToken: await createBackendToken(unleash, ENVIRONMENT),
  };
}

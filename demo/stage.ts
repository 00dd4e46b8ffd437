import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeFastRules } from "../scripts/fast-rules.mjs";
import { type Postgres, startPostgres } from "./peers/postgres.ts";
import { type Prometheus, startPrometheus } from "./peers/prometheus.ts";
import { type UnleashAdmin, unleashAdmin } from "./peers/unleash-admin.ts";
import { createBackendToken, createPerson } from "./peers/unleash-people.ts";
import { type Unleash, startUnleash } from "./peers/unleash.ts";
import { type Rampart, type RampartClient, startRampart } from "./rampart.ts";
import { type Shop, startShop } from "./shop.ts";

const HERE = import.meta.dirname;
const SCRAPE_INTERVAL = "1s";
export const ENVIRONMENT = "production";

/** Stands in for people of a shop; the release lead starts ramps, the second one approves, the third works in Unleash. */
const PEOPLE = [
  { name: "release-lead", groups: ["release-managers"], git: ["release-lead@example.com"] },
  { name: "second-manager", groups: ["release-managers"], git: ["second-manager@example.com"] },
] as const;

export type Stage = {
  readonly home: string;
  readonly postgres: Postgres;
  readonly prometheus: Prometheus;
  readonly unleash: Unleash;
  readonly rampart: Rampart;
  /** The person who starts ramps, and the one who approves them. */
  readonly lead: RampartClient;
  readonly second: RampartClient;
  readonly pipeline: RampartClient;
  readonly leadToken: string;
  /** Somebody who changes flags by hand in Unleash. */
  readonly colleague: UnleashAdmin;
  readonly clientToken: string;
  readonly shops: ReadonlyMap<string, Shop>;
  shop(name: string): Shop;
  stop(): Promise<void>;
};

export type StageOptions = {
  readonly shops: readonly string[];
  readonly seed: number;
  readonly say: (line: string) => void;
};

export function flagOf(shop: string): string {
  return `erp-export-${shop}`;
}

/** Starts the whole world on loopback: PostgreSQL, Unleash, the shops, Prometheus and Rampart itself. */
export async function setStage({ shops: names, seed, say }: StageOptions): Promise<Stage> {
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

    const gates = await copyGates(join(home, "gates"), names);
    const rampart = await startRampart({
      home: join(home, "rampart"),
      gates,
      prometheusUrl: prometheus.url,
      unleashUrl: unleash.url,
      unleashToken: flags.rampartToken,
      clientToken: flags.clientToken,
      people: PEOPLE,
    });
    stops.push(() => rampart.process.stop());
    say(`Rampart at ${rampart.url}`);
    const leadToken = await rampart.personToken("release-lead");
    return {
      home,
      postgres,
      prometheus,
      unleash,
      rampart,
      lead: rampart.as(leadToken),
      second: rampart.as(await rampart.personToken("second-manager")),
      pipeline: rampart.as(await rampart.machineToken("pipeline")),
      leadToken,
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

/** The gates as they ship, and a lock file that says who wrote them, so that one approval by another person is enough. */
async function copyGates(folder: string, shops: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  const wanted = new Set(["shop-signals.yaml", ...shops.map((shop) => `${flagOf(shop)}.yaml`)]);
  const entries: { path: string; sha256: string; author: string; commit: string }[] = [];
  for (const name of await readdir(join(HERE, "gates"))) {
    if (!wanted.has(name)) continue;
    const text = await readFile(join(HERE, "gates", name));
    await writeFile(join(folder, name), text);
    const sha256 = createHash("sha256").update(text).digest("hex");
    entries.push({ path: name, sha256, author: PEOPLE[0].git[0], commit: "0000000" });
  }
  await writeFile(join(folder, "gates.lock"), JSON.stringify({ gates: entries }, null, 2));
  return folder;
}

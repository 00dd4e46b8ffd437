import type { TestProject } from "vitest/node";
import { startPostgres } from "../../demo/peers/postgres.ts";
import { createBackendToken, createPerson, type Person } from "../../demo/peers/unleash-people.ts";
import { startUnleash, type Unleash } from "../../demo/peers/unleash.ts";

/** One shared Unleash server, with the people and tokens that most tests need. */
export type SharedUnleash = {
  readonly url: string;
  readonly version: string;
  readonly adminToken: string;
  /** Editor: Rampart's own account. */
  readonly rampart: Person;
  /** Editor: a colleague who changes flags by hand. */
  readonly colleague: Person;
  readonly viewer: Person;
  /** For SDKs, in the environment `production`. */
  readonly backendToken: string;
};

declare module "vitest" {
  export interface ProvidedContext {
    unleash8: SharedUnleash;
    unleash7: SharedUnleash;
  }
}

/** Starts one PostgreSQL and both Unleash versions for a whole run; they end with it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  const servers = await Promise.all([
    startUnleash({ version: 8, postgres }),
    startUnleash({ version: 7, postgres }),
  ]);
  const [unleash8, unleash7] = servers;
  project.provide("unleash8", await share(unleash8));
  project.provide("unleash7", await share(unleash7));

  return async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await postgres.stop();
  };
}

async function share(unleash: Unleash): Promise<SharedUnleash> {
  return {
    url: unleash.url,
    version: unleash.version,
    adminToken: unleash.adminToken,
    rampart: await createPerson(unleash, "rampart", "Editor"),
    colleague: await createPerson(unleash, "colleague", "Editor"),
    viewer: await createPerson(unleash, "viewer", "Viewer"),
    backendToken: await createBackendToken(unleash, "production"),
  };
}

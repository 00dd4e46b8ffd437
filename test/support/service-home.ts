import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Wrote every gate of the tests, and starts the ramps; so the other one has to approve. */
export const LEAD = { name: "lead", groups: ["release-managers"], git: ["lead@example.com"] } as const;
export const SECOND_MANAGER = {
  name: "second",
  groups: ["release-managers"],
  git: ["second@example.com"],
} as const;

export type UnleashAccess = { readonly url: string; readonly token: string; readonly clientToken: string };

export type ServiceSetup = {
  /** Text of each gate file, by its name in the folder. */
  readonly gates: Readonly<Record<string, string>>;
  /** By the names that gates use. */
  readonly sources: Readonly<
    Record<
      string,
      {
        readonly url: string;
        readonly timeout?: string;
        readonly bearerToken?: string;
        readonly alertmanager?: { readonly url: string };
      }
    >
  >;
  readonly unleash?: Readonly<Record<string, UnleashAccess>>;
  readonly webhook?: { readonly url: string; readonly secret: string };
  /** A folder for the store alone, such as a file system of its own. Default: the home. */
  readonly storeFolder?: string;
};

/** A folder with everything one service keeps: configuration, secrets, gates, store and what it writes. */
export type ServiceHome = {
  readonly home: string;
  readonly configPath: string;
  readonly gatesPath: string;
  readonly storePath: string;
  readonly stdoutPath: string;
  readonly stderrPath: string;
  /** Puts a file into the folder of gates at once and whole, as a publisher does, and says who wrote it. */
  writeGate(name: string, text: string): Promise<void>;
  removeGate(name: string): Promise<void>;
  remove(): Promise<void>;
};

export async function makeServiceHome(
  setup: ServiceSetup,
  ports: { readonly port: number; readonly probes: number },
): Promise<ServiceHome> {
  const home = await mkdtemp(join(tmpdir(), "rampart-service-"));
  const gatesPath = join(home, "gates");
  const configPath = join(home, "rampart.yaml");
  const storePath = join(setup.storeFolder ?? home, "rampart.db");
  const [stdoutPath, stderrPath] = [join(home, "stdout.log"), join(home, "stderr.log")];
  await mkdir(gatesPath);
  await Promise.all([stdoutPath, stderrPath].map((path) => writeFile(path, "")));
  for (const [name, text] of Object.entries(setup.gates)) await writeFile(join(gatesPath, name), text);
  await writeLock(gatesPath);
  const config = await configOf(home, setup, { gatesPath, storePath, ...ports });
  // JSON is YAML.
  await writeFile(configPath, JSON.stringify(config, null, 2));
  return {
    home,
    configPath,
    gatesPath,
    storePath,
    stdoutPath,
    stderrPath,
    async writeGate(name, text) {
      await writeFile(join(home, name), text);
      await rename(join(home, name), join(gatesPath, name));
      await writeLock(gatesPath);
    },
    removeGate: (name) => rm(join(gatesPath, name)),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

async function configOf(
  home: string,
  setup: ServiceSetup,
  own: {
    readonly gatesPath: string;
    readonly storePath: string;
    readonly port: number;
    readonly probes: number;
  },
): Promise<unknown> {
  const secret = async (name: string, text: string): Promise<string> => {
    const path = join(home, name);
    await writeFile(path, `${text}\n`, { mode: 0o600 });
    return path;
  };
  const sources: Record<string, unknown> = {};
  for (const [name, { url, timeout, bearerToken, alertmanager }] of Object.entries(setup.sources)) {
    sources[name] = {
      url,
      scrapeInterval: "1s",
      timeout: timeout ?? "2s",
      ...(alertmanager === undefined ? {} : { alertmanager }),
      ...(bearerToken === undefined ? {} : { bearerTokenFile: await secret(`${name}.bearer`, bearerToken) }),
    };
  }
  const unleash: Record<string, unknown> = {};
  for (const [name, server] of Object.entries(setup.unleash ?? {})) {
    unleash[name] = {
      url: server.url,
      tokenFile: await secret(`${name}.token`, server.token),
      clientTokenFile: await secret(`${name}.client`, server.clientToken),
      refresh: "1s",
      timeout: "2s",
    };
  }
  const { webhook } = setup;
  return {
    environment: "production",
    http: { listen: `127.0.0.1:${own.port}` },
    metrics: { listen: `127.0.0.1:${own.probes}` },
    store: { path: own.storePath },
    gates: { path: own.gatesPath },
    sources,
    unleash,
    people: [LEAD, SECOND_MANAGER],
    // Everything it could ever say is to be free of secrets.
    log: { level: "debug" },
    ...(webhook === undefined
      ? {}
      : { notify: { webhook: { url: webhook.url, secretFile: await secret("webhook", webhook.secret) } } }),
  };
}

/** Without it nobody's authorship is known, and each step would ask for one person more. */
async function writeLock(gatesPath: string): Promise<void> {
  const names = (await readdir(gatesPath)).filter((name) => name.endsWith(".yaml"));
  const gates = await Promise.all(
    names.map(async (path) => ({
      path,
      sha256: createHash("sha256")
        .update(await readFile(join(gatesPath, path)))
        .digest("hex"),
      author: LEAD.git[0],
      commit: "0000000",
    })),
  );
  await writeFile(join(gatesPath, "gates.lock"), JSON.stringify({ gates }));
}

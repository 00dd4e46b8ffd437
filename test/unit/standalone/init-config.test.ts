import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InitAnswers } from "../../../src/cli/standalone/init.ts";
import { resolveSecrets } from "../../../src/config/secrets.ts";
import { readText } from "../../../src/read-text.ts";
import { configFor, type InitConfig, sourceOf } from "../../../src/standalone/init-config.ts";

const UNTOLD: InitAnswers = {
  source: null,
  service: null,
  owner: null,
  name: null,
  unleash: null,
  unleashTokenFile: null,
  unleashClientTokenFile: null,
  environment: null,
  flag: null,
  strategy: null,
  out: null,
};
const PROMETHEUS = "http://prometheus.example.com:9090";
const UNLEASH = "https://unleash.example.com";

let home: string;
let path: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "rampart-config-"));
  path = join(home, "rampart.yaml");
});

afterEach(() => rm(home, { recursive: true, force: true }));

type Told = Partial<InitAnswers> & {
  readonly prometheus?: string | null;
  readonly alertmanager?: string;
  readonly env?: Readonly<Record<string, string>>;
};

function look({ prometheus = PROMETHEUS, alertmanager, env = {}, ...answers }: Told = {}) {
  const places = {
    prometheus,
    alertmanager: alertmanager ?? null,
    env: { RAMPART_CONFIG: path, ...env },
  };
  return configFor(places, { ...UNTOLD, ...answers });
}

async function made(told: Told = {}): Promise<InitConfig> {
  const found = await look(told);
  if (found.kind !== "config") throw new Error(JSON.stringify(found));
  return found.found;
}

describe("a configuration that is made", () => {
  it("names what was told, and is one the server reads", async () => {
    const { config, text } = await made({
      alertmanager: "http://alerts.example.com",
      unleash: UNLEASH,
      unleashTokenFile: "/run/token",
      environment: "staging",
    });
    expect(config).toMatchObject({
      environment: "staging",
      sources: { main: { url: PROMETHEUS, alertmanager: { url: "http://alerts.example.com" } } },
      unleash: { main: { url: UNLEASH, tokenFile: "/run/token" } },
    });
    expect(text).toContain("main:");
  });

  it("never holds a secret; it comes from a variable, also by its short name", async () => {
    const env = { RAMPART_UNLEASH_TOKEN: "user:s3cret", RAMPART_UNLEASH_CLIENT_TOKEN: "*:production.s3cret" };
    const found = await made({ unleash: UNLEASH, env });
    expect(found.text).not.toContain("s3cret");
    const resolved = await resolveSecrets(found.config, found.env, readText);
    expect(resolved.ok && resolved.secrets.unleash["main"]?.token.reveal()).toBe("user:s3cret");
    expect(resolved.ok && resolved.secrets.unleash["main"]?.clientTokens["production"]?.reveal()).toBe(
      "*:production.s3cret",
    );
    expect(found.remarks.join("\n")).toContain('export RAMPART_UNLEASH_MAIN_TOKEN="$RAMPART_UNLEASH_TOKEN"');
  });

  it("says what cannot be seen without a backend token", async () => {
    const found = await made({ unleash: UNLEASH, unleashTokenFile: "/run/token" });
    expect(found.remarks).toEqual([expect.stringContaining("no exposure grows")]);
  });

  it("has nothing to say where the variables the server reads are set", async () => {
    const env = {
      RAMPART_UNLEASH_MAIN_TOKEN: "user:secret",
      RAMPART_UNLEASH_MAIN_CLIENT_TOKEN_PRODUCTION: "backend:secret",
    };
    expect((await made({ unleash: UNLEASH, env })).remarks).toEqual([]);
  });

  it("takes a file before a variable, never both", async () => {
    const tokenFile = join(home, "token");
    await writeFile(tokenFile, "user:from-file\n");
    const env = { RAMPART_UNLEASH_TOKEN: "user:s3cret" };
    const found = await made({ unleash: UNLEASH, unleashTokenFile: tokenFile, env });
    const resolved = await resolveSecrets(found.config, found.env, readText);
    expect(resolved.ok && resolved.secrets.unleash["main"]?.token.reveal()).toBe("user:from-file");
  });

  it("needs a Prometheus, and a URL that is one", async () => {
    expect(await look({ prometheus: null })).toEqual({ kind: "needs-prometheus" });
    expect(await look({ prometheus: "prometheus" })).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("absolute URL"),
    });
  });
});

describe("a configuration that is there", () => {
  it("is taken as it is, and nothing is made", async () => {
    await writeFile(path, `sources: { shop: { url: '${PROMETHEUS}/' } }`);
    expect(await made()).toMatchObject({ text: null, config: { sources: { shop: {} } } });
  });

  it("that names another place is never run beside what was told", async () => {
    const other = "http://other.example.com";
    await writeFile(path, `sources: { shop: { url: '${other}' } }\nunleash: { main: { url: '${other}' } }`);
    expect(await look()).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("names no source at"),
    });
    expect(await look({ prometheus: null, unleash: UNLEASH })).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("names no Unleash at"),
    });
  });

  it("that names no Unleash is given the one that was told, at its end, and keeps the rest as it stands", async () => {
    const there = `# Ours.\nsources: { shop: { url: '${PROMETHEUS}' } }\n\n`;
    await writeFile(path, there);
    const extended = await made({ unleash: UNLEASH });
    expect(extended).toMatchObject({ extended: there, config: { unleash: { main: { url: UNLEASH } } } });
    expect(extended.text).toMatch(/^# Ours\.\nsources: .*\nunleash:\n {2}main:\n/);
    expect(await made()).toMatchObject({ text: null, extended: null });
  });

  it("that says anything about Unleash is left to whoever wrote it", async () => {
    await writeFile(path, `sources: { shop: { url: '${PROMETHEUS}' } }\nunleash:\n`);
    expect(await look({ unleash: UNLEASH })).toMatchObject({ kind: "refused" });
    await writeFile(path, `sources: { shop: { url: 'http://other.example.com' } }\n`);
    expect(await look({ unleash: UNLEASH })).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("names no source at"),
    });
  });

  it("with a mistake is refused with it", async () => {
    await writeFile(path, "htpp: 1\n");
    expect(await look()).toMatchObject({ kind: "refused", message: expect.stringContaining("htpp") });
  });

  it("with several sources has to be told which", async () => {
    await writeFile(path, `sources: { a: { url: '${PROMETHEUS}' }, b: { url: 'http://b.example.com' } }`);
    const { config } = await made({ prometheus: null });
    const places = { prometheus: null, alertmanager: null, env: {} };
    expect(sourceOf(config, places, null)).toBeNull();
    expect(sourceOf(config, places, "b")).toBe("b");
    expect(sourceOf(config, places, "c")).toBeNull();
    expect(sourceOf(config, { ...places, prometheus: PROMETHEUS }, null)).toBe("a");
  });
});

import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { readEnv } from "../../../src/config/env.ts";
import { Hidden } from "../../../src/config/hidden.ts";
import { parseConfig } from "../../../src/config/parse-config.ts";
import { resolveSecrets } from "../../../src/config/secrets.ts";

const FILES: Readonly<Record<string, string>> = {
  "/s/password": "canary-password\n",
  "/s/token": "canary-token\r\n",
  "/s/client": "canary-client",
  "/s/hook": "canary-hook\n\n",
  "/s/empty": "\n",
  "/s/ca.pem": "CA",
};

async function resolve(text: string, environment: Record<string, string> = {}) {
  const parsed = parseConfig(text, "rampart.yaml");
  if (!parsed.ok) throw new Error("the configuration of the test is wrong");
  return resolveSecrets(parsed.config, readEnv(environment), async (path) => FILES[path] ?? null);
}

const UNLEASH = "unleash: { main-eu: { url: https://u.example.com } }";

describe("secrets", () => {
  test("come from the files that the configuration names, without the newline at their end", async () => {
    const found = await resolve(`
sources: { main: { url: http://p.example.com, basic: { username: u, passwordFile: /s/password }, caFile: /s/ca.pem } }
unleash: { main: { url: https://u.example.com, tokenFile: /s/token, clientTokenFile: { staging: /s/client } } }
notify: { webhook: { url: https://h.example.com, secretFile: /s/hook } }`);
    if (!found.ok) throw new Error(found.problems.join());
    const { secrets, all } = found;
    expect(secrets.sources["main"]?.password?.reveal()).toBe("canary-password");
    expect(secrets.sources["main"]?.password?.source()).toEqual({ file: "/s/password" });
    expect(secrets.sources["main"]?.ca).toBe("CA");
    expect(secrets.unleash["main"]?.token.reveal()).toBe("canary-token");
    expect(secrets.unleash["main"]?.clientTokens["staging"]?.reveal()).toBe("canary-client");
    expect(secrets.webhook?.reveal()).toBe("canary-hook\n");
    expect(all).toHaveLength(4);
  });

  test("of an Alertmanager are its own, apart from those of its source", async () => {
    const text = `
sources:
  main-eu:
    url: http://p.example.com
    bearerTokenFile: /s/token
    alertmanager: { url: http://a.example.com, basic: { username: u }, caFile: /s/ca.pem }
  other: { url: http://o.example.com, alertmanager: { url: http://a.example.com, bearerTokenFile: /s/client } }
  plain: { url: http://o.example.com }`;
    const found = await resolve(text, { RAMPART_ALERTMANAGER_MAIN_EU_PASSWORD_FILE: "/s/password" });
    if (!found.ok) throw new Error(found.problems.join());
    const { "main-eu": main, other, plain } = found.secrets.sources;
    expect(main?.bearerToken?.reveal()).toBe("canary-token");
    expect(main?.alertmanager?.bearerToken).toBeNull();
    expect(main?.alertmanager?.password?.source()).toEqual({ file: "/s/password" });
    expect(main?.alertmanager?.ca).toBe("CA");
    expect(other?.bearerToken).toBeNull();
    expect(other?.alertmanager?.bearerToken?.reveal()).toBe("canary-client");
    expect(plain?.alertmanager).toBeNull();
    expect(found.all).toHaveLength(3);
  });

  test("come from the environment, as such or as the name of a file", async () => {
    const found = await resolve(UNLEASH, {
      RAMPART_UNLEASH_MAIN_EU_TOKEN: "canary-env",
      RAMPART_UNLEASH_MAIN_EU_CLIENT_TOKEN_PRODUCTION_FILE: "/s/client",
      RAMPART_BOOTSTRAP_TOKEN: "x".repeat(32),
    });
    if (!found.ok) throw new Error(found.problems.join());
    expect(found.secrets.unleash["main-eu"]?.token.source()).toEqual({ value: "canary-env" });
    expect(found.secrets.unleash["main-eu"]?.clientTokens["production"]?.reveal()).toBe("canary-client");
    expect(found.secrets.bootstrap?.reveal()).toHaveLength(32);
    expect(found.secrets.webhook).toBeNull();
  });

  test.each<[string, string, Record<string, string>, string[]]>([
    [
      "that are missing",
      `${UNLEASH}\nsources: { p: { url: http://p.example.com, basic: { username: u }, alertmanager: { url: http://a.example.com, basic: { username: u } } } }\nnotify: { webhook: { url: https://h.example.com } }`,
      {},
      [
        "sources.p.basic.password is missing: name a file in the configuration, or set RAMPART_SOURCE_P_PASSWORD or RAMPART_SOURCE_P_PASSWORD_FILE",
        "sources.p.alertmanager.basic.password is missing: name a file in the configuration, or set RAMPART_ALERTMANAGER_P_PASSWORD or RAMPART_ALERTMANAGER_P_PASSWORD_FILE",
        "unleash.main-eu.token is missing: name a file in the configuration, or set RAMPART_UNLEASH_MAIN_EU_TOKEN or RAMPART_UNLEASH_MAIN_EU_TOKEN_FILE",
        "notify.webhook.secret is missing: name a file in the configuration, or set RAMPART_WEBHOOK_SECRET or RAMPART_WEBHOOK_SECRET_FILE",
      ],
    ],
    [
      "whose files cannot be read or are empty",
      "unleash: { a: { url: https://u.example.com, tokenFile: /s/none }, b: { url: https://u.example.com, tokenFile: /s/empty } }",
      {},
      ["unleash.a.token: /s/none cannot be read", "unleash.b.token: /s/empty is empty"],
    ],
    [
      "given twice",
      UNLEASH,
      { RAMPART_UNLEASH_MAIN_EU_TOKEN: "canary", RAMPART_UNLEASH_MAIN_EU_TOKEN_FILE: "/s/token" },
      [
        "unleash.main-eu.token is given more than once: in the configuration, RAMPART_UNLEASH_MAIN_EU_TOKEN or RAMPART_UNLEASH_MAIN_EU_TOKEN_FILE",
      ],
    ],
    [
      "too short to start with",
      "",
      { RAMPART_BOOTSTRAP_TOKEN: "canary" },
      ["the bootstrap token must have at least 32 characters"],
    ],
  ])("%s are all named at once", async (_, text, environment, problems) => {
    const found = await resolve(text, environment);
    expect(found).toEqual({ ok: false, problems });
    expect(JSON.stringify(found)).not.toContain("canary");
  });

  test("show dots wherever they are printed", () => {
    const hidden = new Hidden("canary", null);
    const printed = [
      hidden.toString(),
      JSON.stringify({ hidden }),
      inspect({ hidden }, { depth: 9 }),
      String(hidden),
    ];
    for (const text of printed) {
      expect(text).toContain("••••");
      expect(text).not.toContain("canary");
    }
  });
});

describe("the environment", () => {
  test("is read only where it is ours, and an empty variable is none", () => {
    const env = readEnv({
      PATH: "/bin",
      RAMPART_CONFIG: "",
      RAMPART_PORT: "tcp://10.0.0.1:80",
      RAMPART_X: "1",
    });
    expect(env.configPath).toBe("config/rampart.yaml");
    expect(env.variable("RAMPART_X")).toBe("1");
    expect(env.variable("RAMPART_Y")).toBeNull();
    expect(readEnv({ RAMPART_CONFIG: "a.yaml" }).configPath).toBe("a.yaml");
  });
});

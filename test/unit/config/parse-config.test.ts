import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { knownKeys } from "../../../src/config/known-keys.ts";
import { formatConfigProblems, parseConfig } from "../../../src/config/parse-config.ts";

const MISTAKES = new URL("mistakes/", import.meta.url);
const SHIPPED = readFileSync(new URL("../../../config/rampart.example.yaml", import.meta.url), "utf8");
const names = readdirSync(MISTAKES)
  .filter((file) => file.endsWith(".input"))
  .map((file) => file.replace(".input", ""));

function parsed(text: string) {
  const result = parseConfig(text, "rampart.yaml");
  if (!result.ok) throw new Error(formatConfigProblems(result.problems));
  return result.config;
}

/** The shipped file with the keys that are off switched on. */
function everyKeyOn(): string {
  return SHIPPED.replace(/^(\s*)#(?=[\w-])/gm, "$1");
}

describe("a configuration", () => {
  test.each(names)("with the mistake %s says what is wrong, and where", (name) => {
    const result = parseConfig(readFileSync(new URL(`${name}.input`, MISTAKES), "utf8"), `${name}.yaml`);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    const said = formatConfigProblems(result.problems);
    expect(said).toBe(readFileSync(new URL(`${name}.txt`, MISTAKES), "utf8").trimEnd());
    expect(said).not.toContain("canary");
  });

  test.each(["", "# nothing\n", "http:\nstore:\nsources:\npeople:\nnotify:\n"])(
    "of %j is all defaults",
    (text) => {
      expect(parsed(text)).toEqual({
        environment: "production",
        http: { listen: { host: "127.0.0.1", port: 9470 }, url: "http://127.0.0.1:9470", trustProxy: [] },
        metrics: { listen: { host: "127.0.0.1", port: 9480 } },
        audit: { keyFile: null },
        store: { path: "data/rampart.db" },
        gates: { path: "gates" },
        sources: {},
        unleash: {},
        people: [],
        notify: { webhook: null },
        log: { level: "info" },
      });
    },
  );

  test("listens on IPv6, and names itself accordingly", () => {
    expect(parsed('http: { listen: "[::1]:0" }').http).toEqual({
      listen: { host: "::1", port: 0 },
      url: "http://[::1]:0",
      trustProxy: [],
    });
  });

  test("takes one client token file as that of its own environment", () => {
    const text =
      "environment: staging\nunleash: { main: { url: https://u.example.com, clientTokenFile: a } }";
    expect(parsed(text).unleash["main"]?.clientTokenFiles).toEqual({ staging: "a" });
  });

  test("sends people to the address that they can open", () => {
    const { sources } = parsed(
      "sources: { a: { url: http://a:9090 }, b: { url: http://b:9090, publicUrl: https://b.example.com } }",
    );
    expect([sources["a"]?.publicUrl, sources["b"]?.publicUrl]).toEqual([
      "http://a:9090",
      "https://b.example.com",
    ]);
  });

  test("larger than 64 KiB is not read", () => {
    const result = parseConfig(`#${"x".repeat(64 * 1024)}`, "rampart.yaml");
    expect(result).toMatchObject({ ok: false, problems: [{ message: "the file is larger than 64 KiB" }] });
  });

  test("full of nesting is refused, not a crash", () => {
    expect(parseConfig(`http: ${"[".repeat(30_000)}`, "rampart.yaml").ok).toBe(false);
  });
});

describe("the configuration that ships", () => {
  test("says the defaults", () => {
    const shipped = parsed(SHIPPED);
    expect(shipped).toEqual({ ...parsed(""), sources: shipped.sources });
    expect(shipped.sources).toEqual(parsed("sources: { main: { url: http://127.0.0.1:9090 } }").sources);
  });

  test("is valid with every key switched on", () => {
    const oneKindOfAuth = everyKeyOn().replace(/^\s*bearerTokenFile:.*\n/gm, "");
    expect(parsed(oneKindOfAuth).notify.webhook?.url).toBe("https://chat.example.com/hooks/rampart");
  });

  test("documents every key there is", () => {
    const documented: Record<string, Record<string, object>> = parse(everyKeyOn());
    expect(Object.keys(documented)).toEqual(knownKeys([]));
    for (const place of [["http"], ["metrics"], ["store"], ["gates"], ["audit"], ["notify"], ["log"]]) {
      expect(Object.keys(at(documented, place))).toEqual(knownKeys(place));
    }
    for (const place of [
      ["sources", "main"],
      ["sources", "main", "basic"],
      ["sources", "main", "alertmanager"],
      ["unleash", "main"],
      ["people", "0"],
      ["notify", "webhook"],
    ]) {
      expect(Object.keys(at(documented, place)).toSorted()).toEqual([...knownKeys(place)].toSorted());
    }
  });

  test("has a comment above every key", () => {
    const bare = SHIPPED.split("\n").filter((line, index, lines) => {
      const isKey = /^\s*#?[\w-]+:( |$)/.test(line) && !line.startsWith("# ");
      return isKey && !/^\s*# /.test(lines[index - 1] ?? "");
    });
    // These need no word beyond the heading or the line they stand under.
    expect(bare.map((line) => line.trim().replace(/:.*/, ""))).toEqual([
      "http",
      "metrics",
      "store",
      "gates",
      "main",
      "url",
      "#X-Scope-OrgID",
      "#username",
      "#passwordFile",
      "#keyFile",
      "#X-Scope-OrgID",
      "#basic",
      "#username",
      "#passwordFile",
      "#bearerTokenFile",
      "#caFile",
      "#certFile",
      "#keyFile",
      "#main",
      "#production",
      "#certFile",
      "#keyFile",
      "#groups",
      "#git",
      "notify",
      "#url",
      "#secretFile",
      "log",
    ]);
  });
});

function at(tree: object, path: readonly string[]): object {
  let node: unknown = tree;
  for (const key of path) node = (node as Record<string, unknown>)[key];
  return node as object;
}

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { knownKeys } from "../../../src/config/known-keys.ts";
import { parseConfig } from "../../../src/config/parse-config.ts";
import { blocks, codeOf, DOCS, firstCode, page, ROOT, rows } from "./doc-files.ts";

const TEXT = page("docs/configuration.md");

/** The key a row is about: what stands in it, or `a.b` of a table about `a`. */
const KEYS = new Set(
  codeOf(
    rows(TEXT)
      .map(([first]) => first)
      .join("\n"),
  ),
);

test("every key of the configuration has a row", () => {
  const keys = [
    ...knownKeys([]).flatMap((section) => {
      const below = knownKeys([section]);
      return below.length === 0 ? [section] : below.map((key) => `${section}.${key}`);
    }),
    ...knownKeys(["sources", "main"]).filter((key) => key !== "basic"),
    ...knownKeys(["sources", "main", "basic"]).map((key) => `basic.${key}`),
    ...knownKeys(["sources", "main", "alertmanager"])
      .filter((key) => key !== "basic")
      .map((key) => `alertmanager.${key}`),
    ...knownKeys(["unleash", "main"]),
    ...knownKeys(["people", 0]),
    ...knownKeys(["notify", "webhook"]),
  ];
  expect(keys.length).toBeGreaterThan(25);
  expect(keys.filter((key) => !KEYS.has(key))).toEqual([]);
});

test("the defaults it names are the defaults", () => {
  const [, keys = ""] = TEXT.split("## Keys");
  const [first = ""] = keys.split("\n### ");
  const written = rows(first).flatMap(([key, , fallback]) => {
    const value = /^`([^`]+)`$/.exec(fallback ?? "")?.[1];
    return value === undefined ? [] : [[firstCode(key) ?? "", value] as const];
  });
  const sections = Map.groupBy(written, ([key]) => key.split(".")[0] ?? "");
  const text = [...sections].map(([section, own]) =>
    own.some(([key]) => key === section)
      ? `${section}: ${own[0]?.[1]}`
      : `${section}:\n${own.map(([key, value]) => `  ${key.slice(section.length + 1)}: ${value}`).join("\n")}`,
  );
  expect(written.length).toBeGreaterThan(6);
  expect(parseConfig(text.join("\n"), "rampart.yaml")).toEqual(parseConfig("", "rampart.yaml"));
});

test("every variable of the environment that is read has a row", () => {
  const read = globSync(["src/**/*.ts", "Dockerfile"], { cwd: ROOT }).flatMap(
    (path) => readFileSync(join(ROOT, path), "utf8").match(/RAMPART_[A-Z_]+[A-Z]/g) ?? [],
  );
  expect(new Set(read).size).toBeGreaterThan(6);
  expect([...new Set(read)].filter((variable) => !TEXT.includes(variable))).toEqual([]);
});

/** Pages whose YAML is of other programs; each has a test of its own. */
const FOREIGN = /^docs\/(?:ci\.md$|adopt\/)/;

test("every example of a configuration is one", () => {
  const examples = [...DOCS]
    .filter(([path]) => !FOREIGN.test(path))
    .flatMap(([, text]) => blocks(text))
    .filter(({ language, text }) => language === "yaml" && !text.startsWith("schema:"));
  expect(examples.length).toBeGreaterThan(0);
  for (const { text } of examples) expect(parseConfig(text, "rampart.yaml")).toMatchObject({ ok: true });
});

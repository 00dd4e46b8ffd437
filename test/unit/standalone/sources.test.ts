import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sourcesFor } from "../../../src/standalone/sources.ts";
import { scratchFolder } from "../disk/scratch-folder.ts";

const NOWHERE = { RAMPART_CONFIG: "/nowhere/rampart.yaml" };

function configured(text: string): Readonly<Record<string, string>> {
  const path = join(scratchFolder(), "rampart.yaml");
  writeFileSync(path, text);
  return { RAMPART_CONFIG: path };
}

test("a URL is the one source, named default, and needs no configuration", async () => {
  const found = await sourcesFor({ prometheus: "http://prometheus:9090", alertmanager: null, env: NOWHERE });
  expect(found).toMatchObject({
    ok: true,
    sources: { default: { url: "http://prometheus:9090", auth: { kind: "none" } } },
    alertmanagers: { default: null },
  });
});

test("a URL wins over the configuration, whatever that says", async () => {
  const env = configured("sources: { main: { url: http://configured:9090 } }");
  const found = await sourcesFor({ prometheus: "http://given:9090", alertmanager: null, env });
  expect(found.ok && Object.keys(found.sources)).toEqual(["default"]);
});

test("a token for the source of a URL comes from the environment", async () => {
  const env = { ...NOWHERE, RAMPART_SOURCE_DEFAULT_BEARER_TOKEN: "secret" };
  const found = await sourcesFor({ prometheus: "https://prometheus", alertmanager: null, env });
  expect(found).toMatchObject({
    sources: { default: { auth: { kind: "bearer", token: { value: "secret" } } } },
  });
});

test("without a URL all sources of the configuration are read, and Unleash's token is not missed", async () => {
  const env = configured(
    "sources: { main: { url: http://a }, other: { url: http://b } }\nunleash: { main: { url: http://c } }",
  );
  const found = await sourcesFor({ prometheus: null, alertmanager: null, env });
  expect(found).toMatchObject({
    ok: true,
    sources: { main: { url: "http://a" }, other: { url: "http://b" } },
  });
});

test("an Alertmanager given by its URL is that of every source", async () => {
  const env = configured("sources: { main: { url: http://a }, other: { url: http://b } }");
  const found = await sourcesFor({ prometheus: null, alertmanager: "http://alerts:9093", env });
  const alerts = { url: "http://alerts:9093" };
  expect(found).toMatchObject({ ok: true, alertmanagers: { main: alerts, other: alerts } });
});

test.each([
  ["no configuration and no URL", null, null, NOWHERE, "give --prometheus <url>"],
  ["a configuration without sources", null, null, { text: "log: { level: info }" }, "names no source"],
  ["a configuration with a mistake", null, null, { text: "sauces: {}" }, "sauces"],
  [
    "a secret that cannot be read",
    null,
    null,
    { text: "sources: { a: { url: http://a, bearerTokenFile: /nowhere } }" },
    "/nowhere cannot be read",
  ],
  [
    "a URL that is none",
    "prometheus:9090",
    null,
    NOWHERE,
    "--prometheus must start with http:// or https://",
  ],
  ["a password in a URL", "http://me:secret@prometheus", null, NOWHERE, "must not hold a user or a password"],
  ["an Alertmanager that is none", "http://a", "nonsense", NOWHERE, "--alertmanager is not an absolute URL"],
  ["an Alertmanager with its API", "http://a", "http://b/api/v2", NOWHERE, "must end before /api"],
])("%s is told with what to give", async (_, prometheus, alertmanager, given, said) => {
  const env = "text" in given && given.text !== undefined ? configured(given.text) : NOWHERE;
  const found = await sourcesFor({ prometheus, alertmanager, env });
  expect(found).toEqual({ ok: false, message: expect.stringContaining(said) });
});

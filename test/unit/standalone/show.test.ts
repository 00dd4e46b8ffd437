import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { describe, expect, it } from "vitest";

import { show } from "../../../src/standalone/show.ts";
import { gateText, scratchFolder } from "../disk/scratch-folder.ts";

/** A folder with a configuration that names one source and a folder of gates with these files in it. */
function shop(files: Readonly<Record<string, string>>) {
  const root = scratchFolder();
  const gates = join(root, "gates");
  for (const [name, text] of Object.entries(files)) {
    const path = join(gates, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const config = join(root, "rampart.yaml");
  writeFileSync(
    config,
    `environment: staging\ngates: { path: ${JSON.stringify(gates)} }\nsources: { eu: { url: "http://127.0.0.1:9090" } }\n`,
  );
  return { gates, env: { RAMPART_CONFIG: config } };
}

async function linesOf(target: string, env: Readonly<Record<string, string>>) {
  const outcome = await show({ target, env });
  if (outcome.kind !== "shown") throw new Error(JSON.stringify(outcome));
  return new Map(outcome.lines.map((line) => [line.path, line]));
}

describe("showing a gate", () => {
  it("finds it by name in the folder of gates of the configuration", async () => {
    const { gates, env } = shop({ "team/one.yaml": gateText("one") });
    const lines = await linesOf("one", env);
    expect(lines.get("name")).toMatchObject({ value: "one", origin: `${join(gates, "team/one.yaml")}:2` });
    expect(lines.get("source")).toMatchObject({ value: "eu", origin: "config" });
    expect(lines.get("flag.environment")).toMatchObject({ value: "staging", origin: "config" });
    expect(lines.get("flag.server")).toMatchObject({ value: "default", origin: "default" });
  });

  it("finds it by its file, with the profile in another part of the folder", async () => {
    const { gates, env } = shop({
      "team/one.yaml": `${gateText("one")}profile: slow\n`,
      "profiles/slow.yaml": "schema: profile/v1\nname: slow\nevery: 5m\n",
    });
    const lines = await linesOf(join(gates, "team/one.yaml"), env);
    expect(lines.get("every")).toMatchObject({
      value: "5m",
      origin: `profile slow (${join(gates, "profiles/slow.yaml")}:3)`,
    });
  });

  it.each([
    ["touches: [{ flow: returns, stage: refund }]", "touches[0].flow"],
    ["requires: [{ no-debt: returns }]", "requires[0].no-debt"],
    ["requires: [{ gate: two, is: settled }]", "requires[0].gate"],
    ["calendars: [nights]", "calendars"],
  ])("reads a file outside that folder with those beside it, where it says `%s`", async (key, path) => {
    const { gates } = shop({
      "one.yaml": `${gateText("one")}${key}\n`,
      "two.yaml": gateText("two"),
      "flow.yaml": "schema: flow/v1\nname: returns\nowner: a\nstages: [refund]\n",
      "calendar.yaml":
        "schema: calendar/v1\ntimezone: UTC\nwindows: [{ name: nights, every: day 22:00-04:00, effect: freeze }]\n",
    });
    const elsewhere = shop({});
    const lines = await linesOf(join(gates, "one.yaml"), elsewhere.env);
    expect(lines.get(path)?.origin).toMatch(/:\d+, no effect yet$/);
  });

  it("tells the problems of one that cannot be used, by name and by file", async () => {
    const { gates, env } = shop({ "one.yaml": `${gateText("one")}bogus: 1\n` });
    for (const target of ["one", join(gates, "one.yaml")]) {
      const outcome = await show({ target, env });
      expect(outcome).toMatchObject({ kind: "faulty", problems: [{ code: "R101" }] });
    }
  });

  it.each([
    ["ono", "did you mean `one`?"],
    ["something-else", "there is no gate and no file `something-else`"],
  ])("says that there is no %s", async (target, hint) => {
    const { env } = shop({ "one.yaml": gateText("one") });
    const outcome = await show({ target, env });
    expect(outcome).toEqual({ kind: "unusable", message: expect.stringContaining(hint) });
  });

  it("says of a library that it is no gate", async () => {
    const { gates, env } = shop({ "profiles/slow.yaml": "schema: profile/v1\nname: slow\n" });
    const outcome = await show({ target: join(gates, "profiles/slow.yaml"), env });
    expect(outcome).toEqual({ kind: "unusable", message: expect.stringContaining("declares no gate") });
  });

  it("says so when there is no folder of gates", async () => {
    const outcome = await show({
      target: "one",
      env: { RAMPART_CONFIG: join(scratchFolder(), "none.yaml") },
    });
    expect(outcome).toMatchObject({ kind: "unusable" });
  });
});

import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS } from "./defaults.ts";

const ROOT = join(import.meta.dirname, "../../..");
const SHIPPED = globSync("gates/**/*.yaml", { cwd: ROOT }).map((path) => ({
  path,
  text: readFileSync(join(ROOT, path)),
}));
const EXAMPLES = join(ROOT, "test/fixtures/shipped");

describe("the libraries and profiles that come with the product", () => {
  it("are free of problems", () => {
    expect(parseFiles(SHIPPED, DEFAULTS).problems).toEqual([]);
  });

  it("have an example for every profile", () => {
    const profiles = readdirSync(join(ROOT, "gates/profiles"));
    expect(readdirSync(EXAMPLES)).toEqual(expect.arrayContaining(profiles));
  });

  it.each(readdirSync(EXAMPLES))("make %s a gate without a word", (name) => {
    const text = readFileSync(join(EXAMPLES, name));
    const { gates, problems } = parseFiles([...SHIPPED, { path: name, text }], DEFAULTS);
    expect(problems).toEqual([]);
    const made = [...gates.values()].find(({ path }) => path === name);
    expect(made?.drawsOn).toContain(join("gates/profiles", name));
  });
});

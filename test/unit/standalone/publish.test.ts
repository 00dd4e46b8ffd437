import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openGatesFolder } from "../../../src/disk/gates-folder.ts";
import { demandsFor, isEligible } from "../../../src/domain/approval.ts";
import type { Author, Definition } from "../../../src/domain/gate.ts";
import { publish } from "../../../src/standalone/publish.ts";
import { runHere } from "../../support/command-line.ts";
import { type GitRepository, gitRepository } from "../../support/git-repository.ts";
import { gateText, scratchFolder } from "../disk/scratch-folder.ts";
import { DEFAULTS } from "../gatefile/defaults.ts";

const ADA = "Ada@example.com";
const BEN = "ben@example.com";
const PEOPLE = new Map([
  ["ada@example.com", "ada"],
  ["ben@example.com", "ben"],
]);

const LIBRARY = `schema: signals/v1
signals:
  - name: backlog
    title: Orders that wait
    owner: team
    runbook: https://runbooks.example.com/backlog
    query: sum(backlog)
    advance: at most 3
`;
const USER = gateText("two").replace(
  "  - query: sum(two_backlog)\n    advance: at most 3\n",
  "  - use: backlog\n",
);

/** A repository with a gate that stands alone and one that uses a library. */
function shop(): { readonly repository: GitRepository; readonly folder: string; readonly lock: string } {
  const repository = gitRepository(scratchFolder());
  repository.commit(ADA, { "gates/one.yaml": gateText("one"), "gates/two.yaml": USER });
  repository.commit(BEN, { "gates/signals/library.yaml": LIBRARY });
  const folder = join(repository.path, "gates");
  return { repository, folder, lock: join(folder, "gates.lock") };
}

function publishing(folder: string, check = false) {
  return publish({ folder, check, config: join(folder, "no-configuration.yaml") });
}

async function authors(folder: string): Promise<Record<string, Author | undefined>> {
  const gates = openGatesFolder({ path: folder, defaults: DEFAULTS, people: PEOPLE });
  await gates.load();
  return Object.fromEntries([...gates.current()].map(([name, loaded]) => [name, loaded.definition?.author]));
}

describe("publishing a folder of gates", () => {
  it("lets a server that loads it know who wrote each gate", async () => {
    const { folder, lock } = shop();
    expect(await authors(folder)).toMatchObject({ one: { kind: "unknown" }, two: { kind: "unknown" } });
    expect(await publishing(folder)).toMatchObject({ kind: "published", lock });
    expect(await authors(folder)).toEqual({
      one: { kind: "known", people: ["ada"] },
      two: { kind: "known", people: ["ada", "ben"] },
    });
  });

  it("lists every file, libraries too, and writes the same bytes each time", async () => {
    const { folder, lock } = shop();
    await publishing(folder);
    const first = readFileSync(lock, "utf8");
    const { gates } = JSON.parse(first) as { gates: readonly { path: string; author: string }[] };
    expect(gates.map(({ path, author }) => [path, author])).toEqual([
      ["one.yaml", ADA],
      ["signals/library.yaml", BEN],
      ["two.yaml", ADA],
    ]);
    expect(await publishing(folder)).toMatchObject({ kind: "current" });
    rmSync(lock);
    await publishing(folder);
    expect(readFileSync(lock, "utf8")).toBe(first);
  });

  it("names the last author after a change by another person", async () => {
    const { repository, folder } = shop();
    await publishing(folder);
    repository.commit(BEN, { "gates/one.yaml": gateText("one").replace("most 3", "most 9") });
    expect(await authors(folder)).toMatchObject({ one: { kind: "unknown" } });
    expect(await publishing(folder)).toMatchObject({ kind: "published" });
    expect(await authors(folder)).toMatchObject({ one: { kind: "known", people: ["ben"] } });
  });
});

it("is what the program does, by its exit code", async () => {
  const { folder } = shop();
  const run = (...args: readonly string[]) =>
    runHere(["publish", "--gates", folder, ...args], { env: { RAMPART_CONFIG: "/nowhere" } });
  expect(await run("--check")).toMatchObject({ code: 2, stdout: "" });
  expect(await run()).toMatchObject({ code: 0, stderr: "" });
  expect(await run("--check")).toMatchObject({ code: 0, stderr: "" });
});

async function definitionIn(folder: string): Promise<Definition> {
  const gates = openGatesFolder({ path: folder, defaults: DEFAULTS, people: PEOPLE });
  await gates.load();
  const definition = gates.current().get("one")?.definition;
  if (definition === undefined || definition === null) throw new Error("the gate is not there");
  return definition;
}

function asked({ gate, author }: Definition): number {
  const step = gate.steps.at(-1);
  return step === undefined ? 0 : demandsFor(step, author).reduce((sum, { count }) => sum + count, 0);
}

describe("approvals of a gate that was published", () => {
  const ASKING = gateText("one", "steps: [{ to: 5% }, { to: 100%, approve: { by: leads, not: author } }]\n");

  it("are never the author's, and ask one person", async () => {
    const { repository, folder } = shop();
    repository.commit(ADA, { "gates/one.yaml": ASKING });
    await publishing(folder);
    const definition = await definitionIn(folder);
    const run = { startedBy: "carl" };
    expect(isEligible("ada", run, definition.author)).toBe(false);
    expect(isEligible("ben", run, definition.author)).toBe(true);
    expect(asked(definition)).toBe(1);
  });

  it("ask one more person once the file is not the published one", async () => {
    const { repository, folder } = shop();
    repository.commit(ADA, { "gates/one.yaml": ASKING });
    await publishing(folder);
    writeFileSync(join(folder, "one.yaml"), ASKING.replace("most 3", "most 9"));
    expect(asked(await definitionIn(folder))).toBe(2);
  });
});

describe("the author is unknown", () => {
  it("of a gate whose text is not the published one", async () => {
    const { folder } = shop();
    await publishing(folder);
    writeFileSync(join(folder, "one.yaml"), gateText("one").replace("most 3", "most 9"));
    expect(await authors(folder)).toMatchObject({
      one: { kind: "unknown", why: "one.yaml is not the file that gates.lock lists" },
      two: { kind: "known" },
    });
  });

  it("of the gates that use a library which is not the published one, and of no other", async () => {
    const { folder } = shop();
    await publishing(folder);
    writeFileSync(join(folder, "signals", "library.yaml"), LIBRARY.replace("most 3", "most 9"));
    expect(await authors(folder)).toEqual({
      one: { kind: "known", people: ["ada"] },
      two: { kind: "unknown", why: "signals/library.yaml is not the file that gates.lock lists" },
    });
  });

  it("of a gate whose author is nobody of the configuration", async () => {
    const { repository, folder } = shop();
    repository.commit("stranger@example.com", { "gates/one.yaml": gateText("one", "every: 30s\n") });
    await publishing(folder);
    expect(await authors(folder)).toMatchObject({
      one: { kind: "unknown", why: "nobody of `people:` has the address stranger@example.com" },
    });
  });
});

describe("nothing is written", () => {
  it("of gates with errors", async () => {
    const { repository, folder, lock } = shop();
    repository.commit(ADA, { "gates/one.yaml": gateText("one", "bogus: 1\n") });
    const outcome = await publishing(folder);
    expect(outcome).toMatchObject({ kind: "faulty", problems: [{ code: "R101" }] });
    expect(() => readFileSync(lock)).toThrow("ENOENT");
  });

  it("while one file is not committed", async () => {
    const { folder, lock } = shop();
    writeFileSync(join(folder, "three.yaml"), gateText("three"));
    expect(await publishing(folder)).toEqual({
      kind: "unpublishable",
      files: [{ path: join(folder, "three.yaml"), why: "it is not committed", mend: "commit it" }],
    });
    expect(() => readFileSync(lock)).toThrow("ENOENT");
  });

  it.each([
    ["outside of a repository", "one.yaml", "not a git repository"],
    ["of a folder without gates", "README.md", "there is no gate in"],
  ])("%s", async (_what, name, why) => {
    const folder = join(scratchFolder(), "gates");
    mkdirSync(folder);
    writeFileSync(join(folder, name), gateText("one"));
    expect(await publishing(folder)).toEqual({ kind: "failed", message: expect.stringContaining(why) });
  });
});

describe("checking a lock", () => {
  it("writes nothing where there is none", async () => {
    const { folder, lock } = shop();
    expect(await publishing(folder, true)).toMatchObject({
      kind: "stale",
      differences: ["it is not there"],
    });
    expect(() => readFileSync(lock)).toThrow("ENOENT");
  });

  it("agrees with one that was just written", async () => {
    const { folder } = shop();
    await publishing(folder);
    expect(await publishing(folder, true)).toMatchObject({ kind: "current" });
  });

  it("says what is stale, and leaves it as it is", async () => {
    const { repository, folder, lock } = shop();
    await publishing(folder);
    const before = readFileSync(lock, "utf8");
    repository.commit(BEN, { "gates/signals/library.yaml": LIBRARY.replace("most 3", "most 5") });
    repository.commit(BEN, { "gates/three.yaml": gateText("three") });
    expect(await publishing(folder, true)).toMatchObject({
      kind: "stale",
      differences: ["signals/library.yaml is not the file that is listed", "three.yaml is not listed"],
    });
    expect(readFileSync(lock, "utf8")).toBe(before);
  });

  it("refuses one that cannot be read", async () => {
    const { folder, lock } = shop();
    writeFileSync(lock, "{");
    expect(await publishing(folder, true)).toMatchObject({
      kind: "stale",
      differences: ["it cannot be used: it is not JSON"],
    });
  });
});

import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFolder } from "../../../src/disk/folder-snapshot.ts";
import { type Authorship, readAuthorship } from "../../../src/disk/git-authorship.ts";
import { gitRepository } from "../../support/git-repository.ts";
import { scratchFolder } from "./scratch-folder.ts";

const ADA = "Ada@example.com";
const BEN = "ben@example.com";

async function authorshipOf(folder: string): Promise<Authorship> {
  const reading = await readFolder(folder);
  if (!reading.ok) throw new Error(reading.problem.message);
  return readAuthorship(folder, reading.snapshot.files);
}

function authors(found: Authorship): Record<string, string> {
  if (!found.ok) throw new Error(found.why);
  return Object.fromEntries(found.entries.map(({ path, author, commit }) => [path, `${author} ${commit}`]));
}

function faults(found: Authorship): readonly string[] {
  if (!found.ok) throw new Error(found.why);
  return found.unattributed.map(({ path, why, mend }) => `${path.split("/").at(-1)}: ${why}; ${mend}`);
}

describe("the author of a file", () => {
  it("is that of the last commit that touched it, whoever committed elsewhere since", async () => {
    const repository = gitRepository(scratchFolder());
    const first = repository.commit(ADA, { "gates/one.yaml": "a: 1\n", "gates/orders/two.yml": "a: 1\n" });
    const second = repository.commit(BEN, { "gates/orders/two.yml": "a: 2\n" });
    repository.commit("carl@example.com", { "README.md": "shop\n" });
    expect(authors(await authorshipOf(join(repository.path, "gates")))).toEqual({
      "one.yaml": `${ADA} ${first}`,
      "orders/two.yml": `${BEN} ${second}`,
    });
  });

  it("is found whatever the file is called", async () => {
    const repository = gitRepository(scratchFolder());
    const name = "größe [1]*:?.yaml";
    const commit = repository.commit(ADA, { [name]: "a: 1\n", "größe 1.yaml": "a: 1\n" });
    expect(authors(await authorshipOf(repository.path))).toMatchObject({ [name]: `${ADA} ${commit}` });
  });

  it("is that of the text as it is checked out, not of the bytes Git keeps", async () => {
    const repository = gitRepository(scratchFolder());
    const text = "a: 1\r\nb: 2\r\n";
    repository.commit(ADA, { ".gitattributes": "*.yaml text eol=crlf\n", "one.yaml": text });
    const found = await authorshipOf(repository.path);
    expect(faults(found)).toEqual([]);
    expect(Object.keys(authors(found))).toEqual(["one.yaml"]);
  });
});

describe("a file has no author", () => {
  it("while it is not committed, ignored or not", async () => {
    const repository = gitRepository(scratchFolder());
    repository.commit(ADA, { ".gitignore": "ignored.yaml\n" });
    writeFileSync(join(repository.path, "ignored.yaml"), "a: 1\n");
    writeFileSync(join(repository.path, "staged.yaml"), "a: 1\n");
    writeFileSync(join(repository.path, "new.yaml"), "a: 1\n");
    repository.git("add", "staged.yaml");
    expect(faults(await authorshipOf(repository.path))).toEqual([
      "ignored.yaml: it is not committed; commit it",
      "new.yaml: it is not committed; commit it",
      "staged.yaml: it is not committed; commit it",
    ]);
  });

  it("when it was changed since, even where Git was told to look away", async () => {
    const repository = gitRepository(scratchFolder());
    repository.commit(ADA, { "hidden.yaml": "a: 1\n", "open.yaml": "a: 1\n" });
    repository.git("update-index", "--assume-unchanged", "hidden.yaml");
    for (const name of ["hidden.yaml", "open.yaml"]) writeFileSync(join(repository.path, name), "a: 2\n");
    expect(faults(await authorshipOf(repository.path))).toEqual([
      "hidden.yaml: it is not as it was committed; commit the change, or take it back",
      "open.yaml: it is not as it was committed; commit the change, or take it back",
    ]);
  });

  it("when it is reached through a link", async () => {
    const repository = gitRepository(scratchFolder());
    repository.commit(ADA, { "one.yaml": "a: 1\n" });
    symlinkSync("one.yaml", join(repository.path, "two.yaml"));
    repository.git("add", "two.yaml");
    expect(faults(await authorshipOf(repository.path))).toEqual([
      expect.stringMatching(/^two\.yaml: it is reached through a link/),
    ]);
  });

  it("when the clone ends at the commit that seems to have written it", async () => {
    const origin = gitRepository(scratchFolder());
    origin.commit(ADA, { "one.yaml": "a: 1\n" });
    const seam = origin.commit(BEN, { "other.txt": "x\n" });
    const last = origin.commit("carl@example.com", { "two.yaml": "a: 1\n" });
    const clone = join(scratchFolder(), "clone");
    origin.git("clone", "--quiet", "--depth=2", `file://${origin.path}`, clone);
    const found = await authorshipOf(clone);
    expect(authors(found)).toEqual({ "two.yaml": `carl@example.com ${last}` });
    expect(faults(found)).toEqual([
      `one.yaml: the clone ends at ${seam.slice(0, 12)}, which may not be the commit that wrote it; fetch the whole history: git fetch --unshallow`,
    ]);
  });
});

it("the first commit of a shallow clone that has it is no end", async () => {
  const origin = gitRepository(scratchFolder());
  const first = origin.commit(ADA, { "one.yaml": "a: 1\n" });
  origin.commit(BEN, { "other.txt": "x\n" });
  const clone = join(scratchFolder(), "clone");
  origin.git("clone", "--quiet", "--depth=1", `file://${origin.path}`, clone);
  const deeper = gitRepository(join(scratchFolder(), "work"));
  deeper.git("fetch", "--quiet", "--depth=5", `file://${origin.path}`, "main");
  deeper.git("checkout", "--quiet", "FETCH_HEAD");
  expect(authors(await authorshipOf(deeper.path))).toEqual({ "one.yaml": `${ADA} ${first}` });
});

describe("nobody's work can be told", () => {
  it("outside of a repository", async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, "gates"));
    writeFileSync(join(folder, "gates", "one.yaml"), "a: 1\n");
    expect(await authorshipOf(join(folder, "gates"))).toEqual({
      ok: false,
      why: expect.stringContaining("not a git repository"),
    });
  });

  it("in a repository without a commit", async () => {
    const repository = gitRepository(scratchFolder());
    writeFileSync(join(repository.path, "one.yaml"), "a: 1\n");
    expect(faults(await authorshipOf(repository.path))).toEqual(["one.yaml: it is not committed; commit it"]);
  });

  it("of a file that was renamed and not committed under its new name", async () => {
    const repository = gitRepository(scratchFolder());
    repository.commit(ADA, { "one.yaml": "a: 1\n" });
    renameSync(join(repository.path, "one.yaml"), join(repository.path, "two.yaml"));
    expect(faults(await authorshipOf(repository.path))).toEqual(["two.yaml: it is not committed; commit it"]);
  });
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { changedSince } from "../../../src/disk/git-changes.ts";
import { gitRepository } from "../../support/git-repository.ts";
import { scratchFolder } from "./scratch-folder.ts";

const ADA = "ada@example.com";

async function namesSince(path: string, ref: string, folder = path): Promise<readonly string[]> {
  const changed = await changedSince(folder, ref);
  if (!changed.ok) throw new Error(changed.why);
  return [...changed.files].map((file) => file.replace(`${path}/`, "")).toSorted();
}

test("what changed is what was committed on this branch, is being changed, or is new", async () => {
  const repository = gitRepository(scratchFolder());
  const { path } = repository;
  repository.commit(ADA, {
    ".gitignore": "*.log\n",
    "gates/a.yaml": "a",
    "gates/b.yaml": "b",
    "gates/c ä.yaml": "c",
    "d.yaml": "d",
  });
  repository.git("switch", "--quiet", "--create", "ours");
  repository.commit(ADA, { "gates/a.yaml": "a2" });
  repository.git("switch", "--quiet", "main");
  repository.commit(ADA, { "gates/b.yaml": "theirs" });
  repository.git("switch", "--quiet", "ours");
  writeFileSync(join(path, "gates/c ä.yaml"), "c2");
  writeFileSync(join(path, "gates/new.yaml"), "new");
  writeFileSync(join(path, "gates/noise.log"), "noise");
  repository.git("rm", "--quiet", "d.yaml");
  const changed = ["d.yaml", "gates/a.yaml", "gates/c ä.yaml", "gates/new.yaml"];
  expect(await namesSince(path, "main")).toEqual(changed);
  expect(await namesSince(path, "main", join(path, "gates"))).toEqual(changed);
});

test("a name that looks like an option is a name that nobody knows", async () => {
  const repository = gitRepository(scratchFolder());
  repository.commit(ADA, { "a.yaml": "a" });
  expect(await changedSince(repository.path, "--output=stolen")).toMatchObject({
    ok: false,
    why: expect.stringContaining("Git does not know --output=stolen"),
  });
});

test("without a repository, or a commit in common, nothing can be told", async () => {
  const outside = scratchFolder();
  expect(await changedSince(outside, "main")).toMatchObject({ ok: false });
  const repository = gitRepository(join(outside, "shop"));
  repository.commit(ADA, { "a.yaml": "a" });
  repository.git("switch", "--quiet", "--orphan", "other");
  repository.commit(ADA, { "b.yaml": "b" });
  expect(await changedSince(repository.path, "main")).toMatchObject({
    ok: false,
    why: expect.stringContaining("git fetch --unshallow"),
  });
});

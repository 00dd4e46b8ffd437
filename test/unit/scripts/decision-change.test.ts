import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type GitRepository, gitRepository } from "../../support/git-repository.ts";

const SCRIPT = fileURLToPath(new URL("../../../scripts/decision-change.mjs", import.meta.url));
const HISTORY = "test/golden/histories/rollback.jsonl";

let folder: string;
let repository: GitRepository;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "decision-change-"));
  repository = gitRepository(join(folder, "origin"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function commit(files: Readonly<Record<string, string>>, message = "change"): void {
  repository.commit("kim@example.com", files);
  const committer = ["-c", "user.name=robot", "-c", "user.email=robot@example.com"];
  repository.git(...committer, "commit", "--quiet", "--amend", `--message=${message}`);
}

function check(base: readonly string[] = [], cwd = repository.path) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...base], {
    cwd,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("a history that is only added needs no reason, not even in the first commit of all", () => {
  commit({ [HISTORY]: "1\n" });
  expect(check()).toEqual({ status: 0, stdout: "", stderr: "" });
  commit({ "test/golden/histories/drift.jsonl": "1\n" });
  expect(check().status).toBe(0);
});

test("a history that is changed without a reason is refused, with the trailer that would change that", () => {
  commit({ [HISTORY]: "1\n" });
  commit({ [HISTORY]: "2\n" }, "Settle longer");
  const { status, stdout, stderr } = check();
  expect(status).toBe(1);
  expect(stdout).toMatch(`changes ${HISTORY}: no reason given`);
  expect(stderr).toMatch("`Decision-change: <reason>`");
});

test("a history that is changed with a reason passes, and the reason is shown", () => {
  commit({ [HISTORY]: "1\n" });
  commit({ [HISTORY]: "2\n" }, "Settle longer\n\nDecision-change: a scrape was not waited for");
  const { status, stdout } = check();
  expect(status).toBe(0);
  expect(stdout).toMatch(": a scrape was not waited for");
});

test("an empty reason is none, and words in the middle of a message are not a trailer", () => {
  commit({ [HISTORY]: "1\n" });
  commit({ [HISTORY]: "2\n" }, "Settle longer\n\nDecision-change:");
  expect(check().status).toBe(1);
  commit({ [HISTORY]: "3\n" }, "Settle longer\n\nNo Decision-change: here\n\nThe end.");
  expect(check().status).toBe(1);
});

test("a history that goes, or gets another name, is changed", () => {
  commit({ [HISTORY]: "1\n" });
  repository.git("mv", HISTORY, "test/golden/histories/back.jsonl");
  commit({ "other.txt": "1\n" });
  expect(check().status).toBe(1);
});

test("every commit after the base is looked at, and only those", () => {
  commit({ [HISTORY]: "1\n" });
  commit({ [HISTORY]: "2\n" });
  commit({ "src/main.ts": "1\n" });
  expect(check().status).toBe(0);
  expect(check(["HEAD~2"]).status).toBe(1);
});

test("a clone that does not reach back to the base cannot tell, and says so", () => {
  commit({ [HISTORY]: "1\n" });
  commit({ [HISTORY]: "2\n" });
  repository.git("clone", "--quiet", "--depth=1", `file://${repository.path}`, join(folder, "cut"));
  const { status, stderr } = check([], join(folder, "cut"));
  expect(status).toBe(2);
  expect(stderr).toMatch("does not reach back to HEAD~1");
  expect(check(["0123456789012345678901234567890123456789"]).status).toBe(2);
});

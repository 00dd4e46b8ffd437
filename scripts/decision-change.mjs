/**
 * Refuses commits that change a recorded history of test/golden and do not say why:
 *
 *     node scripts/decision-change.mjs [base]
 *
 * Looks at every commit after `base` (the parent of HEAD unless given). One that changes, renames or removes a history needs
 * the trailer `Decision-change: <reason>` in its message; one that only adds histories needs none. Exit 1 when a commit has no
 * reason, 2 when the history of the clone does not reach back to the base.
 */
import { execFileSync } from "node:child_process";

const HISTORIES = "test/golden/histories";

function git(...args) {
  return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

function succeeds(...args) {
  try {
    git(...args);
    return true;
  } catch {
    return false;
  }
}

function linesOf(text) {
  return text === "" ? [] : text.split("\n");
}

/** The commits to look at, newest first; null where that cannot be told. */
function commitsAfter(base) {
  if (succeeds("rev-parse", "--verify", "--quiet", `${base}^{commit}`)) {
    return linesOf(git("rev-list", "--no-merges", `${base}..HEAD`));
  }
  // Without a parent there is nothing before it that could have changed; a clone that was cut off only looks so.
  const isWhole = git("rev-parse", "--is-shallow-repository") === "false";
  return base === "HEAD~1" && isWhole ? [] : null;
}

function changedHistories(commit) {
  const changes = ["diff-tree", "-r", "--no-commit-id", "--name-only", "--no-renames", "--diff-filter=a"];
  return linesOf(git(...changes, commit, "--", HISTORIES));
}

function reasonOf(commit) {
  return git("log", "-1", "--format=%(trailers:key=Decision-change,valueonly)", commit);
}

function main([base = "HEAD~1"]) {
  const commits = commitsAfter(base);
  if (commits === null) {
    process.stderr.write(`the history of this clone does not reach back to ${base}: fetch more of it\n`);
    return 2;
  }
  const changing = commits
    .map((commit) => ({ commit, files: changedHistories(commit), reason: reasonOf(commit) }))
    .filter(({ files }) => files.length > 0);
  for (const { commit, files, reason } of changing) {
    const said = reason === "" ? "no reason given" : reason;
    process.stdout.write(`${commit.slice(0, 12)} changes ${files.join(", ")}: ${said}\n`);
  }
  if (changing.every(({ reason }) => reason !== "")) return 0;
  process.stderr.write(
    "the same inputs lead to other decisions: if that is meant, end the message of the commit with `Decision-change: <reason>`\n",
  );
  return 1;
}

process.exitCode = main(process.argv.slice(2));

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A Git repository of a test, and who commits to it. */
export type GitRepository = {
  readonly path: string;
  /** Writes the files, commits exactly them, and returns the commit's hash. */
  commit(author: string, files: Readonly<Record<string, string>>): string;
  git(...args: readonly string[]): string;
};

/** Nothing of the machine's own configuration counts, so that a test means the same everywhere. */
const ENVIRONMENT = {
  PATH: process.env["PATH"] ?? "",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

export function gitRepository(path: string): GitRepository {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: path, env: ENVIRONMENT, encoding: "utf8", stdio: "pipe" });
  mkdirSync(path, { recursive: true });
  git("init", "--quiet", "--initial-branch=main");
  return {
    path,
    git,
    commit(author, files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
      git("add", "--all", "--", ...Object.keys(files));
      const committer = ["-c", "user.name=robot", "-c", "user.email=robot@example.com"];
      git(...committer, "commit", "--quiet", `--author=somebody <${author}>`, "--message=change");
      return git("rev-parse", "HEAD").trim();
    },
  };
}

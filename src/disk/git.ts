import { execFile } from "node:child_process";
import { promisify } from "node:util";

export type GitAnswer =
  | { readonly ok: true; readonly output: Buffer }
  | { readonly ok: false; readonly why: string };

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Names are taken as they stand, and history as it was written: no patterns, no replaced objects. */
const ALWAYS = ["--literal-pathspecs", "--no-replace-objects", "-c", "log.showSignature=false"] as const;

/** Asks Git in a folder of the checkout. Never throws. */
export async function git(root: string, args: readonly string[]): Promise<GitAnswer> {
  try {
    const options = { cwd: root, encoding: "buffer", maxBuffer: MAX_OUTPUT_BYTES } as const;
    const { stdout } = await run("git", [...ALWAYS, ...args], options);
    return { ok: true, output: stdout };
  } catch (error) {
    return { ok: false, why: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "ENOENT") return "git is not installed here";
  const said = "stderr" in error ? String(error.stderr).trim() : "";
  return said === "" ? error.message : said;
}

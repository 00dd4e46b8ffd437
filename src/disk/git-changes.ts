import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git.ts";

export type ChangedFiles =
  /** Absolute paths without links, of what was removed, too. */
  { readonly ok: true; readonly files: ReadonlySet<string> } | { readonly ok: false; readonly why: string };

/**
 * Files of the checkout around `folder` that are not as they were where this branch left `ref`: committed since, changed
 * and not committed, or new and not ignored. What happened on the other side since is no change of ours.
 */
export async function changedSince(folder: string, ref: string): Promise<ChangedFiles> {
  const commit = await git(folder, ["rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`]);
  if (!commit.ok) return { ok: false, why: `Git does not know ${ref}: ${commit.why}` };
  const base = await git(folder, ["merge-base", commit.output.toString().trim(), "HEAD"]);
  if (!base.ok) {
    const mend = "in a shallow clone fetch the history first: git fetch --unshallow";
    return { ok: false, why: `Git knows no commit that this branch and ${ref} share; ${mend}` };
  }
  const top = await git(folder, ["rev-parse", "--show-toplevel"]);
  if (!top.ok) return { ok: false, why: top.why };
  const root = await realpath(top.output.toString().trimEnd());
  const lists = await Promise.all([
    git(root, ["diff", "--name-only", "-z", "--no-renames", base.output.toString().trim()]),
    git(root, ["ls-files", "--others", "--exclude-standard", "-z"]),
  ]);
  const names: string[] = [];
  for (const list of lists) {
    if (!list.ok) return { ok: false, why: `Git cannot tell what changed since ${ref}: ${list.why}` };
    names.push(...list.output.toString().split("\0"));
  }
  return { ok: true, files: new Set(names.filter((name) => name !== "").map((name) => join(root, name))) };
}

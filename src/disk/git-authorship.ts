import { realpath } from "node:fs/promises";
import { join } from "node:path";

import type { FileSeen } from "./folder-snapshot.ts";
import type { LockEntry } from "./gates-lock.ts";
import { git } from "./git.ts";

/** A file of whose author Git cannot tell, and what would change that. */
export type Unattributed = { readonly path: string; readonly why: string; readonly mend: string };

export type Authorship =
  | {
      readonly ok: true;
      readonly entries: readonly LockEntry[];
      readonly unattributed: readonly Unattributed[];
    }
  /** Git is not there, or the folder is in no repository. */
  | { readonly ok: false; readonly why: string };

/**
 * The author and commit of the last commit that touched each file. A file that differs from the one that is committed,
 * by a single byte, has no author yet.
 */
export async function readAuthorship(folder: string, files: readonly FileSeen[]): Promise<Authorship> {
  const root = await realpath(folder);
  const shallow = await git(root, ["rev-parse", "--is-shallow-repository"]);
  if (!shallow.ok) return { ok: false, why: `Git cannot tell who wrote ${folder}: ${shallow.why}` };
  const isShallow = shallow.output.toString().trim() === "true";
  const entries: LockEntry[] = [];
  const unattributed: Unattributed[] = [];
  for (const file of files) {
    const found = await authorshipOf(root, file, isShallow);
    if ("commit" in found) entries.push(found);
    else unattributed.push({ path: file.path, ...found });
  }
  return { ok: true, entries, unattributed };
}

type Fault = { readonly why: string; readonly mend: string };

async function authorshipOf(root: string, file: FileSeen, isShallow: boolean): Promise<LockEntry | Fault> {
  const path = join(root, file.name);
  if ((await realpath(path)) !== path) {
    const why = "it is reached through a link, and Git knows who made the link, not who wrote the text";
    return { why, mend: "put the file itself into the folder" };
  }
  const committed = await git(root, ["cat-file", "--filters", `HEAD:./${file.name}`]);
  if (!committed.ok) return { why: "it is not committed", mend: "commit it" };
  if (!committed.output.equals(file.bytes)) {
    return { why: "it is not as it was committed", mend: "commit the change, or take it back" };
  }
  const last = await git(root, ["log", "-1", "--format=%H%n%P%n%ae", "HEAD", "--", file.name]);
  const [commit = "", parents = "", author = ""] = last.ok ? last.output.toString().split("\n") : [];
  if (commit === "" || author.trim() === "") {
    return { why: "its last commit names no author", mend: "commit it again with an author's address" };
  }
  if (isShallow && parents === "" && (await hasParents(root, commit))) {
    const why = `the clone ends at ${commit.slice(0, 12)}, which may not be the commit that wrote it`;
    return { why, mend: "fetch the whole history: git fetch --unshallow" };
  }
  return { path: file.name, sha256: file.sha256, author: author.trim(), commit };
}

/** Whether the commit itself names parents; where a shallow clone ends, Git's log hides them. */
async function hasParents(root: string, commit: string): Promise<boolean> {
  const raw = await git(root, ["cat-file", "commit", commit]);
  return !raw.ok || /^parent /m.test(raw.output.toString());
}

import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const REPOSITORY = join(import.meta.dirname, "../..");
export const PLANTED = join(import.meta.dirname, "planted");

/** A unified diff against the repository that plants one defect; its first line says which. */
export type Patch = { readonly name: string; readonly path: string; readonly says: string };

/** The patches of a folder, by name. A foreign one need not begin with a comment. */
export async function patchesIn(folder: string): Promise<readonly Patch[]> {
  const files = (await readdir(folder)).filter((file) => /\.(patch|diff)$/.test(file)).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const path = join(folder, file);
      const [first = ""] = (await readFile(path, "utf8")).split("\n");
      const says = first.startsWith("# ") ? first.slice(2) : "";
      return { name: basename(file).replace(/\.(patch|diff)$/, ""), path, says };
    }),
  );
}

/** Why the patch does not fit the repository as it is; null when it does. */
export async function misfitOf(patch: Patch, root = REPOSITORY): Promise<string | null> {
  return apply(["--check", patch.path], root);
}

/** Runs `use` in a copy of what a simulation needs, with the patch applied; what does not fit is not run. */
export async function inPatchedCopy<T>(
  patch: Patch,
  use: (root: string) => Promise<T>,
): Promise<T | { readonly misfit: string }> {
  const root = await mkdtemp(join(tmpdir(), "planted-"));
  try {
    await Promise.all(
      ["src", "test/simulation", "test/support", "package.json"].map(async (part) =>
        cp(join(REPOSITORY, part), join(root, part), { recursive: true }),
      ),
    );
    await symlink(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
    const misfit = await apply([patch.path], root);
    return misfit === null ? await use(root) : { misfit };
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Git changes plain files here: the copy is no repository, and must not be taken for part of one around it. */
async function apply(given: readonly string[], root: string): Promise<string | null> {
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: join(root, "..") };
  try {
    await run("git", ["apply", "-p1", ...given], { cwd: root, env });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

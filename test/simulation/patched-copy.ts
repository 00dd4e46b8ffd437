import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
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
      const path = resolve(folder, file);
      const [first = ""] = (await readFile(path, "utf8")).split("\n");
      const says = first.startsWith("# ") ? first.slice(2) : "";
      return { name: basename(file).replace(/\.(patch|diff)$/, ""), path, says };
    }),
  );
}

/** Why the patch does not fit the repository as it is; null when it does. */
export async function misfitOf(patch: Patch, root = REPOSITORY): Promise<string | null> {
  const applied = await apply(patch, ["--check"], root);
  return applied.kind === "refused" ? applied.why : null;
}

/** Runs `use` in a copy of what a simulation needs, with the patch applied; what plants nothing there is not run. */
export async function inPatchedCopy<T>(
  patch: Patch,
  use: (root: string) => Promise<T>,
): Promise<T | { readonly misfit: string }> {
  const root = await mkdtemp(join(tmpdir(), "planted-"));
  try {
    await Promise.all(
      ["src", "test/simulation", "test/support", "package.json", "tsconfig.json"].map(async (part) =>
        cp(join(REPOSITORY, part), join(root, part), { recursive: true }),
      ),
    );
    await symlink(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
    const misfit = await plant(patch, root);
    return misfit === null ? await use(root) : { misfit };
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Why nothing that can be played was planted; null when it was. */
async function plant(patch: Patch, root: string): Promise<string | null> {
  const applied = await apply(patch, [], root);
  if (applied.kind === "refused") return `it does not apply: ${applied.why}`;
  if (applied.files.length === 0) return "it changes nothing below src";
  if (!(await changesCode(patch))) return "it changes comments only";
  const broken = await compile(root, applied.files);
  return broken === null ? null : `it does not compile: ${broken}`;
}

type Applied =
  | { readonly kind: "applied"; readonly files: readonly string[] }
  | { readonly kind: "refused"; readonly why: string };

/** What of the patch lies below `src`; paths with the usual prefix of a letter, or without one. */
async function apply(patch: Patch, more: readonly string[], root: string): Promise<Applied> {
  const [usual, plain] = [
    await applyWith(patch, ["-p1", ...more], root),
    await applyWith(patch, ["-p0", "--check"], root),
  ];
  if (usual.kind === "applied" && usual.files.length > 0) return usual;
  const isPlain = plain.kind === "applied" && plain.files.length > 0;
  return isPlain ? applyWith(patch, ["-p0", ...more], root) : usual;
}

/** Git changes plain files here: the copy is no repository, and must not be taken for part of one around it. */
async function applyWith({ path }: Patch, options: readonly string[], root: string): Promise<Applied> {
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: join(root, "..") };
  const git = (given: readonly string[]) =>
    run("git", ["apply", "--unidiff-zero", "--include=src/*", ...options, ...given, path], {
      cwd: root,
      env,
    });
  try {
    const { stdout } = await git(["--numstat"]);
    await git([]);
    const files = stdout.split("\n").flatMap((line) => line.split("\t")[2] ?? []);
    return { kind: "applied", files };
  } catch (error) {
    return { kind: "refused", why: error instanceof Error ? error.message.trim() : String(error) };
  }
}

/** Whether any added or removed line is more than a comment. */
async function changesCode({ path }: Patch): Promise<boolean> {
  const lines = (await readFile(path, "utf8")).split("\n");
  const changed = lines.filter((line) => /^[+-](?![+-]{2} )/.test(line)).map((line) => line.slice(1).trim());
  return changed.some((line) => !/^(\/\/|\/?\*|$)/.test(line));
}

/** The first problem that keeps the sources from being a program; names that a patch leaves unused are none. */
async function compile(root: string, files: readonly string[]): Promise<string | null> {
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false };
  const include = ["test/simulation/main.ts", "test/simulation/seed-worker.ts", ...files];
  const config = { extends: "./tsconfig.json", compilerOptions, include };
  await writeFile(join(root, "tsconfig.patched.json"), JSON.stringify(config));
  try {
    await run(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.patched.json"], { cwd: root });
    return null;
  } catch (error) {
    const said = error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
    return said.split("\n")[0] ?? said;
  }
}

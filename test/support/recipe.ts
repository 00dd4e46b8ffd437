import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { blocks, page, ROOT } from "../unit/docs/doc-files.ts";

/** The blocks of code of a page in one language, in order. */
export function codeOn(path: string, language: string): readonly string[] {
  return blocks(page(path)).flatMap((block) => (block.language === language ? [block.text] : []));
}

/**
 * Runs a module of a page as `exposure.mjs` beside a driver that imports it, with this project's packages in reach, and
 * returns what the driver wrote.
 */
export async function runRecipe(
  recipe: string,
  driver: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rampart-recipe-"));
  try {
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "exposure.mjs"), recipe);
    await writeFile(join(folder, "driver.mjs"), driver);
    const path = process.env["PATH"] ?? "";
    const options = { cwd: folder, env: { PATH: path, TMPDIR: folder, ...env }, timeout: 50_000 };
    return (await promisify(execFile)(process.execPath, ["driver.mjs"], options)).stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

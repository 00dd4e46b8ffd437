import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AUTHOR } from "./people.ts";

const SHIPPED = join(import.meta.dirname, "gates");
const LIBRARY = "shop-signals.yaml";
const LOCK = "gates.lock";

export type GateFolder = {
  readonly path: string;
  /** Publishes another text of a gate, by the same author. */
  change(gate: string, edit: (text: string) => string): Promise<void>;
};

/** Gates as they ship, and a lock file that says who wrote them, so that one approval by another person is enough. */
export async function copyGates(path: string, gates: readonly string[]): Promise<GateFolder> {
  await mkdir(path, { recursive: true });
  for (const file of [LIBRARY, ...gates.map(fileOf)]) {
    await writeFile(join(path, file), await readFile(join(SHIPPED, file)));
  }
  await writeLock(path);
  return {
    path,
    async change(gate, edit) {
      const file = join(path, fileOf(gate));
      const before = await readFile(file, "utf8");
      const after = edit(before);
      if (after === before) throw new Error(`the edit leaves ${gate} as it was`);
      await writeWhole(file, after);
      await writeLock(path);
    },
  };
}

function fileOf(gate: string): string {
  return `${gate}.yaml`;
}

async function writeLock(path: string): Promise<void> {
  const files = (await readdir(path)).filter((file) => file.endsWith(".yaml"));
  const gates = await Promise.all(
    files.map(async (file) => {
      const sha256 = createHash("sha256")
        .update(await readFile(join(path, file)))
        .digest("hex");
      return { path: file, sha256, author: AUTHOR, commit: "0000000" };
    }),
  );
  await writeWhole(join(path, LOCK), JSON.stringify({ gates }, null, 2));
}

/** Whoever reads the folder meanwhile sees the old file or the new one. */
async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

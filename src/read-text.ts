import { readFile } from "node:fs/promises";

/** Null: the file cannot be read. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null;
  }
}

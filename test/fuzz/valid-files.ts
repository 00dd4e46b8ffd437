import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const FOLDERS = ["test/fixtures/good", "test/fixtures/library", "gates/signals", "gates/profiles"];

/** Every kind of file as it should be. */
export const VALID_FILES: readonly Uint8Array[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder)).map((name) => readFileSync(join(ROOT, folder, name))),
);

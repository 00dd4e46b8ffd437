/**
 * Writes the pages that are made from the code, or the parts of pages that are:
 *
 *     npm run docs:write        (Node 24)
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PAGES } from "./docs/pages.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
for (const [path, write] of Object.entries(PAGES)) {
  const file = join(root, path);
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  writeFileSync(file, write(before));
}

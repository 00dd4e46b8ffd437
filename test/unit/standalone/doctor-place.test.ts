import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Hidden } from "../../../src/config/hidden.ts";
import { placeFacts } from "../../../src/standalone/doctor-place.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "rampart-place-"));
});

afterEach(() => rm(home, { recursive: true, force: true }));

test("a store in a folder that is there can be written, before and after it is made", async () => {
  const path = join(home, "rampart.db");
  expect((await placeFacts(path, null, [])).store).toEqual({ path, state: "writable" });
  await writeFile(path, "");
  expect((await placeFacts(path, null, [])).store).toEqual({ path, state: "writable" });
});

test("a store in no folder cannot be written, and no folder is made", async () => {
  const path = join(home, "data", "rampart.db");
  expect((await placeFacts(path, null, [])).store.state).toBe("no-folder");
  expect(await readdir(home)).toEqual([]);
});

test("files with secrets that everybody may read are named once", async () => {
  const [open, closed] = [join(home, "open"), join(home, "closed")];
  await writeFile(open, "x");
  await chmod(open, 0o644);
  await writeFile(closed, "x");
  await chmod(closed, 0o640);
  const secrets = [open, open, closed].map((file) => new Hidden("x", file));
  const { openSecrets } = await placeFacts(join(home, "s.db"), null, [...secrets, new Hidden("x", null)]);
  expect(openSecrets).toEqual([open]);
});

test.each([
  ["http://127.0.0.1/hook", { state: "resolves" }],
  ["http://[::1]:8080/hook", { state: "resolves" }],
  ["http://169.254.169.254/latest", { state: "forbidden" }],
  ["http://nobody.invalid/hook", { state: "unresolved" }],
])("where %s leads is looked up", async (url, is) => {
  expect((await placeFacts(join(home, "s.db"), url, [])).webhook).toMatchObject(is);
});

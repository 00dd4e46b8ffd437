import { expect, test } from "vitest";
import { openLoneFlags } from "../../../src/standalone/lone-flags.ts";

test.each([
  ["http://unleash:4242", null, {}, "set RAMPART_UNLEASH_TOKEN"],
  ["http://unleash:4242/api", null, { RAMPART_UNLEASH_TOKEN: "t" }, "--unleash must end before /api"],
  ["unleash", null, { RAMPART_UNLEASH_TOKEN: "t" }, "--unleash is not an absolute URL"],
])("%s with the token of %s and %j is refused with what to give", (url, file, env, said) => {
  expect(openLoneFlags("main", url, file, env)).toEqual({
    ok: false,
    message: expect.stringContaining(said),
  });
});

test("a token file that is not there is told when the flag is read", async () => {
  const opened = openLoneFlags("main", "http://127.0.0.1:9", "/nowhere/token", {});
  if (!opened.ok) throw new Error(opened.message);
  const target = {
    server: "main",
    project: "default",
    name: "checkout",
    environment: "production",
    strategy: null,
    stickiness: null,
    also: [],
    propagationMs: 0,
  };
  expect(await opened.flags.observe(target)).toMatchObject({
    kind: "unreadable",
    detail: expect.stringContaining("/nowhere/token"),
  });
  await opened.close();
});

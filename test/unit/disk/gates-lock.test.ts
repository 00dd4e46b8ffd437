import { describe, expect, it } from "vitest";

import { authorOf, parseLock } from "../../../src/disk/gates-lock.ts";

const DIGEST = "ab".repeat(32);
const ENTRY = { path: "orders/export.yaml", sha256: DIGEST, author: "Ada@example.com", commit: "9b1c" };
const PEOPLE = new Map([["ada@example.com", "ada"]]);

function bytes(content: unknown): Uint8Array {
  return new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content));
}

function lockOf(...gates: readonly unknown[]) {
  const reading = parseLock(bytes({ gates }));
  if (!reading.ok) throw new Error(reading.why);
  return reading.lock;
}

describe("the author of a definition", () => {
  it("is the person whose address published this very file", () => {
    expect(authorOf(ENTRY.path, DIGEST, lockOf(ENTRY), PEOPLE)).toEqual({ kind: "known", person: "ada" });
  });

  it.each([
    ["without a lock", null, DIGEST, PEOPLE],
    ["of a file that is not listed", lockOf(), DIGEST, PEOPLE],
    ["of a file that was changed since", lockOf(ENTRY), "cd".repeat(32), PEOPLE],
    ["whose address nobody has", lockOf(ENTRY), DIGEST, new Map<string, string>()],
  ])("is unknown %s", (_what, lock, digest, people) => {
    expect(authorOf(ENTRY.path, digest, lock, people)).toEqual({ kind: "unknown", why: expect.any(String) });
  });
});

describe("a lock file", () => {
  it.each([
    ["that is no JSON", "gates: []", "it is not JSON"],
    ["with a digest that is none", { gates: [{ ...ENTRY, sha256: "abc" }] }, "gates.0.sha256"],
    ["with keys nobody knows", { gates: [], signature: "x" }, "signature"],
    ["that lists a file twice", { gates: [ENTRY, ENTRY] }, "twice"],
  ])("%s is refused whole", (_what, content, why) => {
    const reading = parseLock(bytes(content));
    expect(reading.ok ? "" : reading.why).toContain(why);
  });
});

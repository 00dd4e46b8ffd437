import { describe, expect, it } from "vitest";

import { authorOf, differencesOf, formatLock, parseLock } from "../../../src/disk/gates-lock.ts";

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

const GATE = { path: ENTRY.path, sha256: DIGEST };
const LIBRARY = { path: "signals/erp.yaml", sha256: "ef".repeat(32) };
const LISTED = { ...LIBRARY, author: "ben@example.com", commit: "77aa" };

describe("the author of a definition", () => {
  it("is the person whose address published this very file", () => {
    expect(authorOf(GATE, [], lockOf(ENTRY), PEOPLE)).toEqual({ kind: "known", people: ["ada"] });
  });

  it("is everybody who wrote the gate or a library it draws on", () => {
    const people = new Map([...PEOPLE, ["ben@example.com", "ben"]]);
    expect(authorOf(GATE, [LIBRARY, LIBRARY], lockOf(ENTRY, LISTED), people)).toEqual({
      kind: "known",
      people: ["ada", "ben"],
    });
  });

  it("is the gate's own alone where nobody of ours wrote the library", () => {
    expect(authorOf(GATE, [LIBRARY], lockOf(ENTRY, LISTED), PEOPLE)).toEqual({
      kind: "known",
      people: ["ada"],
    });
  });

  it.each([
    ["without a lock", GATE, [], null, PEOPLE],
    ["of a file that is not listed", GATE, [], lockOf(), PEOPLE],
    ["of a file that was changed since", { ...GATE, sha256: "cd".repeat(32) }, [], lockOf(ENTRY), PEOPLE],
    ["whose address nobody has", GATE, [], lockOf(ENTRY), new Map<string, string>()],
    ["that draws on a file that is not listed", GATE, [LIBRARY], lockOf(ENTRY), PEOPLE],
    [
      "that draws on a file that was changed since",
      GATE,
      [{ ...LIBRARY, sha256: DIGEST }],
      lockOf(ENTRY, LISTED),
      PEOPLE,
    ],
  ])("is unknown %s", (_what, gate, drawsOn, lock, people) => {
    expect(authorOf(gate, drawsOn, lock, people)).toEqual({ kind: "unknown", why: expect.any(String) });
  });
});

describe("a lock that is written", () => {
  const other = { ...LISTED, author: "ben@example.com" };

  it("has the same bytes whatever order its entries come in, and is read back whole", () => {
    const text = formatLock([other, ENTRY]);
    expect(formatLock([ENTRY, other])).toBe(text);
    expect(text.endsWith("}\n")).toBe(true);
    const reading = parseLock(bytes(text));
    expect(reading.ok && [...reading.lock.values()]).toEqual([ENTRY, other]);
  });

  it("differs in nothing from the entries it was written of", () => {
    expect(differencesOf(lockOf(ENTRY, other), [other, ENTRY])).toEqual([]);
  });

  it.each([
    ["a file it leaves out", [], "orders/export.yaml is not listed"],
    [
      "another text",
      [{ ...ENTRY, sha256: "cd".repeat(32) }],
      "orders/export.yaml is not the file that is listed",
    ],
    [
      "another author",
      [{ ...ENTRY, author: "ben@example.com" }],
      "orders/export.yaml was written by Ada@example.com, not by ben@example.com",
    ],
    [
      "another commit",
      [{ ...ENTRY, commit: "77aa" }],
      "orders/export.yaml was last touched by 9b1c, not by 77aa",
    ],
    ["a file that is gone", [ENTRY, other], "signals/erp.yaml is listed and is not there"],
  ])("tells %s", (_what, listed, difference) => {
    expect(differencesOf(lockOf(...listed), [ENTRY])).toEqual([difference]);
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

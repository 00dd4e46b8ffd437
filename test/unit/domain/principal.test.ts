import { describe, expect, it } from "vitest";
import { CI_SCOPES, type Scope, mayUse } from "../../../src/domain/principal.ts";
import { aMachine, aPerson } from "../../support/builders.ts";

const ALL: readonly Scope[] = [
  "read",
  "start",
  "changes",
  "stop",
  "operate",
  "approve",
  "adopt",
  "advance",
  "admin",
];

describe("a scope", () => {
  it("is held by a person whose token carries it, and by nobody else", () => {
    for (const scope of ALL) {
      expect(mayUse(aPerson({ scopes: ALL }), scope)).toBe(true);
      expect(mayUse(aPerson({ scopes: ALL.filter((other) => other !== scope) }), scope)).toBe(false);
    }
  });

  it("that belongs to people is never held by a machine, whatever its token says", () => {
    const held = ALL.filter((scope) => mayUse(aMachine({ scopes: ALL }), scope));

    expect(held).toEqual(["read", "start", "changes", "stop", "admin"]);
  });

  it("is not held by a machine whose token does not carry it", () => {
    expect(mayUse(aMachine({ scopes: ["read"] }), "stop")).toBe(false);
  });

  it("of the preset for pipelines lets it start, stop and tell, never approve", () => {
    const machine = aMachine({ scopes: CI_SCOPES });

    expect(ALL.filter((scope) => mayUse(machine, scope))).toEqual(["read", "start", "changes", "stop"]);
  });
});

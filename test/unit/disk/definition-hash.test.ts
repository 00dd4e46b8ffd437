import { describe, expect, it } from "vitest";

import type { Gate } from "../../../src/domain/gate.ts";
import { definitionHash } from "../../../src/disk/definition-hash.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS } from "../gatefile/defaults.ts";
import { gateText } from "./scratch-folder.ts";

function hashOf(text: string, library = ""): string {
  return definitionHash(gateOf(text, library));
}

function gateOf(text: string, library = ""): Gate {
  const files = [
    { path: "gate.yaml", text },
    { path: "library.yaml", text: library },
  ];
  const [only] = parseFiles(files, DEFAULTS).gates.values();
  if (only === undefined) throw new Error("no gate");
  return only.gate;
}

describe("the hash of a definition", () => {
  it("is a SHA-256 that does not depend on layout, comments or written defaults", () => {
    const plain = hashOf(gateText("orders"));
    expect(plain).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(hashOf(`# why\n\n${gateText("orders")}every: 15s\n`)).toBe(plain);
    expect(
      hashOf(gateText("orders").replace("flag: orders", "flag: { project: default, unleash: orders }")),
    ).toBe(plain);
  });

  it("is the same for a copy with its keys in another order", () => {
    const parsed = gateOf(gateText("orders"));
    const reversed = Object.fromEntries(Object.entries(parsed).toReversed()) as Gate;
    expect(definitionHash(reversed)).toBe(definitionHash(parsed));
  });

  it("does not depend on members that a gate does not have", () => {
    const parsed = gateOf(gateText("orders"));
    const later = { ...parsed, witness: null, guards: [], window: undefined };
    expect(definitionHash(later)).toBe(definitionHash(parsed));
    const used = { ...parsed, guards: [{}] };
    expect(definitionHash(used)).not.toBe(definitionHash(parsed));
    expect(definitionHash({ ...parsed, cooldownMs: 0 })).not.toBe(
      definitionHash({ ...parsed, cooldownMs: 1 }),
    );
  });

  it("tells nothing from false, from zero and from no text", () => {
    const parsed = gateOf(gateText("orders"));
    const hashes = [null, false, 0, "", {}].map((extra) => {
      const gate = { ...parsed, extra };
      return definitionHash(gate);
    });
    expect(new Set(hashes).size).toBe(5);
  });

  it("changes with the order of a list", () => {
    const parsed = gateOf(gateText("orders"));
    const steps = [
      { to: 1, holdMs: 0, approve: [] },
      { to: 2, holdMs: 0, approve: [] },
    ];
    const turned = definitionHash({ ...parsed, steps: steps.toReversed() });
    expect(turned).not.toBe(definitionHash({ ...parsed, steps }));
  });

  it("changes with a limit, and with a library signal the gate uses", () => {
    expect(hashOf(gateText("orders").replace("most 3", "most 4"))).not.toBe(hashOf(gateText("orders")));
    const gate = gateText("orders", "  - use: age\n");
    const library =
      "schema: signals/v1\nsignals: [{ name: age, owner: a, runbook: b, query: max(age), halt: above 3 }]\n";
    expect(hashOf(gate, library.replace("above 3", "above 4"))).not.toBe(hashOf(gate, library));
  });
});

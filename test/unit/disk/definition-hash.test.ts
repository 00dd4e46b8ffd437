import { describe, expect, it } from "vitest";

import type { Gate } from "../../../src/domain/gate.ts";
import { definitionHash } from "../../../src/disk/definition-hash.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS } from "../gatefile/defaults.ts";
import { gateText } from "./scratch-folder.ts";

function hashOf(text: string, library = ""): string {
  const files = [
    { path: "gate.yaml", text },
    { path: "library.yaml", text: library },
  ];
  const [only] = parseFiles(files, DEFAULTS).gates.values();
  if (only === undefined) throw new Error("no gate");
  return definitionHash(only.gate);
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
    const [parsed] = parseFiles([{ path: "a", text: gateText("orders") }], DEFAULTS).gates.values();
    if (parsed === undefined) throw new Error("no gate");
    const reversed = Object.fromEntries(Object.entries(parsed.gate).toReversed()) as Gate;
    expect(definitionHash(reversed)).toBe(definitionHash(parsed.gate));
  });

  it("changes with a limit, and with a library signal the gate uses", () => {
    expect(hashOf(gateText("orders").replace("most 3", "most 4"))).not.toBe(hashOf(gateText("orders")));
    const gate = gateText("orders", "  - use: age\n");
    const library =
      "schema: signals/v1\nsignals: [{ name: age, owner: a, runbook: b, query: max(age), halt: above 3 }]\n";
    expect(hashOf(gate, library.replace("above 3", "above 4"))).not.toBe(hashOf(gate, library));
  });
});

import { beforeEach, expect, test } from "vitest";
import { createDefinitionNotes } from "../../../src/audit-definitions.ts";
import type { AuditEntry, LoadedGate } from "../../../src/control/ports.ts";
import { definition, NOON, setClock } from "../store/samples.ts";

const CHECKOUT: LoadedGate = {
  kind: "valid",
  definition: definition("sha256:aa"),
  path: "gates/checkout.yaml",
};
const STANDING = { path: "gates/checkout.yaml", definition: "sha256:aa", authors: ["kim"], valid: true };

let current: Map<string, LoadedGate>;
let written: AuditEntry[];
let isFull: boolean;
let notes: ReturnType<typeof createDefinitionNotes>;

beforeEach(() => {
  current = new Map([["checkout", CHECKOUT]]);
  written = [];
  isFull = false;
  notes = createDefinitionNotes({
    definitions: { current: () => current },
    audit: {
      async append(entries) {
        if (isFull) throw new Error("the disk is full");
        written.push(...entries);
      },
    },
    clock: setClock(),
  });
});

test("the first load is noted with every gate, its hash and who wrote it", async () => {
  current.set("broken", { kind: "invalid", definition: null, path: "gates/broken.yaml", problems: [] });
  await notes.note();
  const broken = { path: "gates/broken.yaml", definition: null, authors: null, valid: false };
  expect(written).toEqual([
    {
      at: NOON,
      kind: "definitions",
      actor: "rampart",
      gate: null,
      body: { gates: { checkout: STANDING, broken }, gone: [] },
    },
  ]);
});

test("a later load is noted with what is different, and not at all when nothing is", async () => {
  await notes.note();
  await notes.note();
  expect(written).toHaveLength(1);
  current = new Map([
    ["checkout", { ...CHECKOUT, definition: definition("sha256:bb") }],
    ["erp", { ...CHECKOUT, path: "gates/erp.yaml" }],
  ]);
  await notes.note();
  current = new Map([["erp", { ...CHECKOUT, path: "gates/erp.yaml" }]]);
  await notes.note();
  expect(written.slice(1).map(({ body }) => body)).toEqual([
    {
      gates: {
        checkout: { ...STANDING, definition: "sha256:bb" },
        erp: { ...STANDING, path: "gates/erp.yaml" },
      },
      gone: [],
    },
    { gates: {}, gone: ["checkout"] },
  ]);
});

test("what could not be noted is noted the next time, once", async () => {
  isFull = true;
  await expect(notes.note()).rejects.toThrow("the disk is full");
  isFull = false;
  await Promise.all([notes.note(), notes.note()]);
  expect(written.map(({ body }) => body)).toEqual([{ gates: { checkout: STANDING }, gone: [] }]);
});

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gateOfFile } from "../../../src/standalone/gate-of-file.ts";
import { gateText, scratchFolder } from "../disk/scratch-folder.ts";

const LIBRARY = `schema: signals/v1
signals:
  - name: backlog
    query: sum(shop_backlog)
    owner: team
    advance: at most 3
`;

function written(...files: readonly (readonly [name: string, text: string])[]): string {
  const folder = scratchFolder();
  for (const [name, text] of files) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const NO_CONFIG = "/nowhere/rampart.yaml";

test("a gate file is a gate, whatever its neighbours are", async () => {
  const folder = written(
    ["a.yaml", gateText("shop")],
    ["b.yaml", "schema: gate/v1\nhodl: 1"],
    ["c.yaml", gateText("shop")],
  );
  expect(await gateOfFile(join(folder, "a.yaml"), NO_CONFIG)).toMatchObject({
    kind: "gate",
    gate: { name: "shop", signals: [{ source: "default" }] },
    hash: expect.stringMatching(/^sha256:/),
  });
});

test("a name that does not end like a gate file is no matter where nothing beside it is needed", async () => {
  const folder = written(["gatefile", gateText("shop")]);
  expect(await gateOfFile(join(folder, "gatefile"), NO_CONFIG)).toMatchObject({ kind: "gate" });
});

test("a file with mistakes is told with them and its text alone", async () => {
  const folder = written(["a.yaml", gateText("shop", "hodl: 1\n")], ["b.yaml", "schema: gate/v1\nhodl: 1"]);
  const path = join(folder, "a.yaml");
  const outcome = await gateOfFile(path, NO_CONFIG);
  expect(outcome).toMatchObject({ kind: "faulty", problems: [{ file: path, code: "R101" }] });
  expect(outcome.kind === "faulty" && outcome.texts.get(path)).toContain("hodl");
});

test("inside the folder of gates a twin is a mistake", async () => {
  const folder = written(["gates/a.yaml", gateText("shop")], ["gates/b.yaml", gateText("shop")]);
  const config = join(folder, "rampart.yaml");
  writeFileSync(config, JSON.stringify({ gates: { path: join(folder, "gates") } }));
  expect(await gateOfFile(join(folder, "gates/a.yaml"), config)).toMatchObject({
    kind: "faulty",
    problems: [{ code: "R126" }, { code: "R125" }],
  });
});

test("a signal of a library is found in the same folder", async () => {
  const gate = "schema: gate/v1\nname: shop\nowner: team\nsignals:\n  - use: backlog\n";
  const folder = written(["gate.yaml", gate], ["lib/signals.yaml", LIBRARY]);
  expect(await gateOfFile(join(folder, "gate.yaml"), NO_CONFIG)).toMatchObject({
    kind: "gate",
    gate: { signals: [{ name: "backlog", advance: { text: "at most 3" } }] },
  });
});

test("a library is no gate, and what is not there cannot be read", async () => {
  const folder = written(["signals.yaml", LIBRARY]);
  expect(await gateOfFile(join(folder, "signals.yaml"), NO_CONFIG)).toEqual({
    kind: "unreadable",
    message: expect.stringContaining("declares no gate"),
  });
  expect(await gateOfFile(join(folder, "nowhere.yaml"), NO_CONFIG)).toEqual({
    kind: "unreadable",
    message: expect.stringContaining("cannot be read"),
  });
});

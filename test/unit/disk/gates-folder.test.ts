import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it, vi } from "vitest";

import { type GatesFolder, openGatesFolder } from "../../../src/disk/gates-folder.ts";
import { DEFAULTS } from "../gatefile/defaults.ts";
import { gateText, scratchFolder } from "./scratch-folder.ts";

function open(path: string, pollMs = 60_000): GatesFolder {
  return openGatesFolder({ path, defaults: DEFAULTS, people: new Map([["ada@example.com", "ada"]]), pollMs });
}

function shown(folder: GatesFolder): Record<string, string> {
  return Object.fromEntries(
    [...folder.current()].map(([name, loaded]) => {
      const limit = loaded.definition?.gate.signals[0]?.advance?.text ?? "nothing";
      return [name, `${loaded.kind}: ${limit}`];
    }),
  );
}

async function watched(
  path: string,
  pollMs: number,
  act: (folder: GatesFolder) => Promise<void>,
): Promise<void> {
  const folder = open(path, pollMs);
  await folder.load();
  const stop = new AbortController();
  const watching = folder.watch(() => undefined, stop.signal);
  try {
    await act(folder);
  } finally {
    stop.abort();
    await watching;
  }
}

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 15_000, interval: 20 });

describe("a folder of gates", () => {
  it("loads every file of every sub-folder, and tells whether anything changed", async () => {
    const path = scratchFolder();
    mkdirSync(join(path, "orders"));
    writeFileSync(join(path, "one.yaml"), gateText("one"));
    writeFileSync(join(path, "orders", "two.yml"), gateText("two"));
    writeFileSync(join(path, "README.md"), "no gate");
    const folder = open(path);
    expect(await folder.load()).toBe(true);
    expect(shown(folder)).toEqual({ one: "valid: at most 3", two: "valid: at most 3" });
    expect(folder.current().get("two")?.path).toBe(join(path, "orders", "two.yml"));
    expect(folder.problems()).toEqual([]);
    expect(await folder.load()).toBe(false);
  });

  it("leaves out what is there as an example", async () => {
    const path = scratchFolder();
    mkdirSync(join(path, "examples"));
    writeFileSync(join(path, "one.yaml"), gateText("one"));
    writeFileSync(join(path, "examples", "two.yaml"), gateText("two"));
    const folder = open(path);
    await folder.load();
    expect(Object.keys(shown(folder))).toEqual(["one"]);
  });

  it("keeps the last good definition of a gate whose file goes bad, and has none for one that never was good", async () => {
    const path = scratchFolder();
    writeFileSync(join(path, "one.yaml"), gateText("one"));
    const folder = open(path);
    await folder.load();
    writeFileSync(join(path, "one.yaml"), gateText("one", "bogus: 1\n").replace("most 3", "most 9"));
    writeFileSync(join(path, "two.yaml"), gateText("two", "bogus: 1\n"));
    expect(await folder.load()).toBe(true);
    expect(shown(folder)).toEqual({ one: "invalid: at most 3", two: "invalid: nothing" });
    const one = folder.current().get("one");
    expect(one?.kind === "invalid" && one.problems.map(({ line, code }) => [line, code])).toEqual([
      [9, "R101"],
    ]);
    writeFileSync(join(path, "one.yaml"), gateText("one").replace("most 3", "most 5"));
    await folder.load();
    expect(shown(folder)["one"]).toBe("valid: at most 5");
  });

  it("knows whose file it is even when nothing in it can be read", async () => {
    const path = scratchFolder();
    writeFileSync(join(path, "one.yaml"), gateText("one"));
    const folder = open(path);
    await folder.load();
    for (const bad of ["}", Uint8Array.of(0xff), "# ".repeat(100_000)]) {
      writeFileSync(join(path, "one.yaml"), bad);
      await folder.load();
      expect(shown(folder)).toEqual({ one: "invalid: at most 3" });
    }
  });

  it("forgets a gate whose file is deleted", async () => {
    const path = scratchFolder();
    writeFileSync(join(path, "one.yaml"), gateText("one"));
    const folder = open(path);
    await folder.load();
    rmSync(join(path, "one.yaml"));
    await folder.load();
    expect(shown(folder)).toEqual({});
  });

  it("holds on to what it knows, as invalid, when the folder itself cannot be read", async () => {
    const path = scratchFolder();
    const inner = join(path, "gates");
    mkdirSync(inner);
    writeFileSync(join(inner, "one.yaml"), gateText("one"));
    const folder = open(inner);
    await folder.load();
    renameSync(inner, join(path, "elsewhere"));
    expect(await folder.load()).toBe(true);
    expect(shown(folder)).toEqual({ one: "invalid: at most 3" });
    expect(folder.problems()[0]?.message).toContain("ENOENT");
    expect(await folder.load()).toBe(false);
    renameSync(join(path, "elsewhere"), inner);
    expect(await folder.load()).toBe(true);
    expect(shown(folder)).toEqual({ one: "valid: at most 3" });
  });

  it("follows no link out of the folder and none that leads back", async () => {
    const path = scratchFolder();
    const outside = scratchFolder();
    writeFileSync(join(outside, "secret.yaml"), gateText("secret"));
    symlinkSync(join(outside, "secret.yaml"), join(path, "secret.yaml"));
    symlinkSync(outside, join(path, "outside"));
    mkdirSync(join(path, "sub"));
    symlinkSync(path, join(path, "sub", "back"));
    symlinkSync("loop.yaml", join(path, "loop.yaml"));
    symlinkSync("gone.yaml", join(path, "dangling.yaml"));
    writeFileSync(join(path, "one.yaml"), gateText("one"));
    const folder = open(path);
    await folder.load();
    expect(Object.keys(shown(folder))).toEqual(["one"]);
    expect(folder.problems().map(({ file, message }) => [file.slice(path.length + 1), message])).toEqual([
      ["dangling.yaml", "it cannot be read: it is a link to nothing, or its name is not UTF-8"],
      ["loop.yaml", "it cannot be read: it is a link to itself"],
      ["secret.yaml", "the link leads out of the folder and is not followed"],
      ["sub/back", "the link leads back to a folder it lies in"],
    ]);
  });

  it("reads the first 200 files and says which it did not", async () => {
    const path = scratchFolder();
    for (let index = 0; index < 202; index += 1) {
      const name = `gate-${String(index).padStart(3, "0")}`;
      writeFileSync(join(path, `${name}.yaml`), gateText(name));
    }
    const folder = open(path);
    await folder.load();
    expect(folder.current().size).toBe(200);
    expect(folder.problems().map(({ file, code }) => [file.slice(path.length + 1), code])).toEqual([
      ["gate-200.yaml", "R106"],
      ["gate-201.yaml", "R106"],
    ]);
  });

  it("reads authors from gates.lock and nowhere else", async () => {
    const path = scratchFolder();
    const text = gateText("one");
    const sha256 = createHash("sha256").update(text).digest("hex");
    const entry = { path: "one.yaml", sha256, author: "ada@example.com", commit: "9b1c" };
    writeFileSync(join(path, "one.yaml"), text);
    writeFileSync(join(path, "gates.lock"), JSON.stringify({ gates: [entry] }));
    const folder = open(path);
    await folder.load();
    expect(folder.current().get("one")?.definition?.author).toEqual({ kind: "known", people: ["ada"] });

    writeFileSync(join(path, "gates.lock"), "{");
    expect(await folder.load()).toBe(true);
    expect(folder.current().get("one")?.definition?.author.kind).toBe("unknown");
    expect(folder.problems().map(({ code, severity }) => [code, severity])).toEqual([["R180", "warning"]]);
    expect(folder.current().get("one")?.kind).toBe("valid");
  });
});

describe("watching a folder", () => {
  it.each([
    ["at a sign of the file system", 60_000],
    ["by comparing content", 100],
  ])("sees a changed, a new and a deleted file %s", async (_how, pollMs) => {
    const path = scratchFolder();
    writeFileSync(join(path, "one.yaml"), gateText("one"));
    await watched(path, pollMs, async (folder) => {
      writeFileSync(join(path, "one.yaml"), gateText("one").replace("most 3", "most 5"));
      await eventually(() => expect(shown(folder)).toEqual({ one: "valid: at most 5" }));
      writeFileSync(join(path, "two.yaml"), gateText("two"));
      await eventually(() => expect(shown(folder)["two"]).toBe("valid: at most 3"));
      rmSync(join(path, "one.yaml"));
      await eventually(() => expect(shown(folder)).toEqual({ two: "valid: at most 3" }));
    });
  });

  it("sees a mounted ConfigMap swap its link, each file once", async () => {
    const path = scratchFolder();
    const version = (name: string, limit: string): void => {
      mkdirSync(join(path, name));
      writeFileSync(join(path, name, "one.yaml"), gateText("one").replace("most 3", `most ${limit}`));
    };
    version("..2026_01", "3");
    symlinkSync("..2026_01", join(path, "..data"));
    symlinkSync(join("..data", "one.yaml"), join(path, "one.yaml"));
    await watched(path, 60_000, async (folder) => {
      expect(shown(folder)).toEqual({ one: "valid: at most 3" });
      expect(folder.problems()).toEqual([]);
      version("..2026_02", "7");
      symlinkSync("..2026_02", join(path, "..data_tmp"));
      renameSync(join(path, "..data_tmp"), join(path, "..data"));
      await eventually(() => expect(shown(folder)).toEqual({ one: "valid: at most 7" }));
    });
  });

  it("tells after each change and ends when aborted", async () => {
    const path = scratchFolder();
    const folder = open(path, 60_000);
    await folder.load();
    const stop = new AbortController();
    let told = 0;
    const watching = folder.watch(() => (told += 1), stop.signal);
    writeFileSync(join(path, "one.yaml"), gateText("one"));
    await eventually(() => expect(told).toBe(1));
    expect(shown(folder)).toEqual({ one: "valid: at most 3" });
    stop.abort();
    await watching;
  });
});

import { expect, test } from "vitest";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { gateText } from "../disk/scratch-folder.ts";
import { DEFAULTS } from "./defaults.ts";

function library(signal: string): string {
  return `schema: signals/v1
signals:
  - { name: ${signal}, owner: team, runbook: https://runbooks.example.com/x, query: sum(${signal}), advance: at most 3 }
`;
}

const PROFILE = `schema: profile/v1
name: writer
signals:
  - use: depth
`;

const FILES = [
  { path: "signals/z.yaml", text: library("backlog") },
  { path: "signals/a.yaml", text: library("depth") },
  { path: "signals/unused.yaml", text: library("unused") },
  { path: "profiles/writer.yaml", text: PROFILE },
];

function drawnBy(gate: string): readonly string[] | undefined {
  const { gates, problems } = parseFiles([...FILES, { path: "gate.yaml", text: gate }], DEFAULTS);
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return gates.get("one")?.drawsOn;
}

test("a gate that states everything itself draws on no file", () => {
  expect(drawnBy(gateText("one"))).toEqual([]);
});

test("a gate draws on the library of each signal it uses, once", () => {
  expect(
    drawnBy(gateText("one", "  - use: backlog\n  - use: depth\n  - { use: depth, name: again }\n")),
  ).toEqual(["signals/a.yaml", "signals/z.yaml"]);
});

test("a gate draws on its profile, and on the libraries of the signals that come with it", () => {
  expect(drawnBy(gateText("one", "  - use: backlog\nprofile: writer\n"))).toEqual([
    "profiles/writer.yaml",
    "signals/a.yaml",
    "signals/z.yaml",
  ]);
});

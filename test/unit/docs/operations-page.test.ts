import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { SCOPES } from "../../../src/domain/principal.ts";
import { mayUse } from "../../../src/domain/principal.ts";
import { RAMP_STATES } from "../../../src/domain/ramp.ts";
import type { TellingKind } from "../../../src/domain/telling.ts";
import { createMetrics } from "../../../src/http/metrics.ts";
import { codeOf, firstCode, page, rows } from "./doc-files.ts";

const TEXT = page("docs/operations.md");

test("lists the metrics there are, with their labels", () => {
  const registry = new Registry();
  createMetrics(registry, { gates: () => Promise.resolve([]) }, "1.2.3");
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  const listed = rows(TEXT)
    .flatMap(([first]) => firstCode(first) ?? [])
    .filter((name) => name.startsWith("rampart_"));
  expect(listed.toSorted()).toEqual(names.toSorted());
});

test("lists every scope, and whether a machine can hold it", () => {
  for (const scope of SCOPES) {
    const row = rows(TEXT).find(([first]) => first === `\`${scope}\``);
    const machine = mayUse({ kind: "machine", name: "ci", scopes: [scope], token: "" }, scope);
    expect([scope, row?.at(-1)?.split(",")[0]]).toEqual([scope, machine ? "yes" : "no"]);
  }
});

test("says what each state of a ramp is", () => {
  const [, states = ""] = TEXT.split("## States of a ramp");
  const [list = ""] = states.split("\n## ");
  const listed = rows(list).flatMap(([first]) => codeOf(first ?? ""));
  expect(listed).toEqual([...RAMP_STATES]);
});

test("lists every kind of message", () => {
  // A kind that is missing here, or is no more, does not compile.
  const kinds: Readonly<Record<TellingKind, true>> = {
    started: true,
    advanced: true,
    finished: true,
    "needs-approval": true,
    paused: true,
    resumed: true,
    halted: true,
    "halt-reminder": true,
    "rolling-back": true,
    "stepping-back": true,
    draining: true,
    "drain-overdue": true,
    "rolled-back": true,
    "rollback-late": true,
    "cannot-see": true,
    "cannot-write": true,
    "changed-by-hand": true,
    definition: true,
    deployed: true,
    maintenance: true,
    released: true,
    "not-released": true,
  };
  const [, messages = ""] = TEXT.split("| Kind | Pages |");
  const [list = ""] = messages.split("\n## ");
  const listed = rows(list).flatMap(([first]) => codeOf((first ?? "").split(":")[0] ?? ""));
  expect(listed.toSorted()).toEqual(Object.keys(kinds).toSorted());
});

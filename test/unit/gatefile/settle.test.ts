import { describe, expect, it } from "vitest";

import type { Signal } from "../../../src/domain/gate.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { settleOf } from "../../../src/domain/settle.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS, SMALLEST } from "./defaults.ts";

const [parsed] = parseFiles([{ path: "a.yaml", text: SMALLEST }], DEFAULTS).gates.values();

function settle(parts: Partial<Signal>): number {
  const [signal] = parsed?.gate.signals ?? [];
  if (signal === undefined) throw new Error("no signal");
  return settleOf({ ...signal, windowMs: 0, ...parts }, 45 * SECOND, 15 * SECOND);
}

describe("settle", () => {
  it.each<[string, Partial<Signal>, number]>([
    ["lag and two periods", { lagMs: 15 * MINUTE, periodMs: 15 * MINUTE }, 45 * MINUTE],
    [
      "lag and the window where it is longer",
      { lagMs: MINUTE, periodMs: MINUTE, windowMs: 30 * MINUTE },
      31 * MINUTE,
    ],
    ["never under propagation and two scrapes", {}, 75 * SECOND],
    ["as declared", { settleMs: 10 * MINUTE, lagMs: 60 * MINUTE }, 10 * MINUTE],
    ["never declared under propagation", { settleMs: SECOND }, 45 * SECOND],
  ])("is %s", (_what, parts, expected) => {
    expect(settle(parts)).toBe(expected);
  });
});

import { describe, expect, test } from "vitest";
import type { FlagObservation } from "../../../src/domain/flag.ts";
import { type Contender, rivalsOf } from "../../../src/domain/rivals.ts";
import { aFlagTarget, aGate, aFlagRecord, aFlagSeen, aStrategy } from "../../support/builders.ts";

const SEEN = aFlagSeen({
  strategies: [aStrategy({ id: "a", title: "First" }), aStrategy({ id: "b", title: "Second" })],
});

function contender(name: string, strategy: string | null, pinned: string | null = null): Contender {
  const record = { flag: pinned === null ? null : aFlagRecord({ strategyId: pinned }) };
  return { gate: aGate({ name, flag: aFlagTarget({ strategy }) }), record };
}

function rivals(own: Contender, others: readonly Contender[], seen: FlagObservation | null = SEEN) {
  return rivalsOf(own, others, seen);
}

describe("rivals", () => {
  test("are gates whose words mean the same strategy, by title or by id, in order of their names", () => {
    const others = [contender("two", "a"), contender("three", "First"), contender("four", "Second")];
    expect(rivals(contender("one", "First"), others)).toEqual(["three", "two"]);
  });

  test("are told by what is on record, whatever the words mean now", () => {
    expect(rivals(contender("one", "First", "b"), [contender("two", "Second")])).toEqual(["two"]);
    expect(rivals(contender("one", "First"), [contender("two", "First", "b")])).toEqual([]);
  });

  test("of an unreadable flag are those on record", () => {
    const unreadable = { kind: "unreadable", detail: "down" } as const;
    const others = [contender("two", "First"), contender("three", null, "a")];
    expect(rivals(contender("one", "First", "a"), others, unreadable)).toEqual(["three"]);
    expect(rivals(contender("one", "First"), others, unreadable)).toEqual([]);
  });

  test("are none where the words mean no strategy or several", () => {
    expect(rivals(contender("one", null), [contender("two", null)])).toEqual([]);
    expect(rivals(contender("one", "Third"), [contender("two", "Third")])).toEqual([]);
  });

  test("are no gates without a flag, on another flag, server or environment, and not the gate itself", () => {
    const own = contender("one", "First");
    const elsewhere = [{ name: "other" }, { server: "other" }, { environment: "other" }].map((place) => ({
      gate: aGate({ name: "two", flag: { ...aFlagTarget({ strategy: "First" }), ...place } }),
      record: { flag: aFlagRecord({ strategyId: "a" }) },
    }));
    const without = { gate: aGate({ name: "three", flag: null }), record: { flag: null } };
    expect(rivals(own, [own, without, ...elsewhere])).toEqual([]);
    expect(rivals(without, [own])).toEqual([]);
  });
});

import { expect, test } from "vitest";
import { replay } from "../../src/domain/replay.ts";
import { historyNames, readHistory } from "./history-file.ts";
import { HISTORIES } from "./play-histories.ts";

test("every history that can be played is recorded, and no other one", () => {
  expect(historyNames()).toEqual(Object.keys(HISTORIES).toSorted());
});

test.each(historyNames())("every decision of %s is the same again, from its recorded inputs", (name) => {
  const recordings = readHistory(name);
  expect(recordings.length).toBeGreaterThan(5);
  const changed = recordings.flatMap(({ gate, inputs }) => {
    const { same, differences } = replay(gate, inputs);
    return same ? [] : [{ decision: inputs.decision, differences }];
  });
  expect(changed).toEqual([]);
});

import { beforeEach, describe, expect, test } from "vitest";
import type { Gate } from "../../../../src/domain/gate.ts";
import { askProof } from "../../../../src/trial/online/ask-proof.ts";
import { NOON, aCohorts, aGate, aStep } from "../../../support/builders.ts";
import { createScriptedHistory, type ScriptedHistory } from "../../../support/scripted-history.ts";

const GATE = aGate({
  signals: [aCohorts()],
  steps: [
    aStep({ to: 1, prove: { text: "3%", ratio: 0.03 } }),
    aStep({ to: 50, prove: { text: "3%", ratio: 0.03 } }),
    aStep({ to: 100 }),
  ],
});

let history: ScriptedHistory;

beforeEach(() => {
  history = createScriptedHistory();
});

/** So many outcomes an hour of those who are not exposed, and so many of them bad. */
function traffic(total: number, bad = 0): void {
  history.set('sum(increase(total{v="off"}[1h]))', () => total);
  history.set('sum(increase(bad{v="off"}[1h]))', () => bad);
}

async function told(gate: Gate = GATE) {
  const { faults, unseen } = await askProof(gate, history, NOON);
  return { faults: faults.map(({ code, step, message }) => [code, step, message]), unseen };
}

describe("at the traffic of the last day", () => {
  test("a step that takes more than thirty days is told, and others are not", async () => {
    traffic(10);
    // 103 outcomes at 0.1 an hour.
    const message = "`3%` takes 42d22h at the traffic of the last day, though nothing were bad";
    expect(await told()).toEqual({ faults: [["R205", 0, message]], unseen: [] });
  });

  test("enough outcomes leave nothing to say", async () => {
    traffic(1_000);
    expect(await told()).toEqual({ faults: [], unseen: [] });
  });

  test("what is normal can never be excluded", async () => {
    traffic(1_000, 40);
    const { faults } = await told();
    expect(faults[1]).toEqual([
      "R205",
      1,
      "`3%` can never be excluded: 4% were bad in the last day without it",
    ]);
  });

  test("nothing is said of a step that nobody can tell the outcomes of", async () => {
    traffic(10);
    const segment = aStep({
      audience: { kind: "segment", name: "staff" },
      prove: { text: "3%", ratio: 0.03 },
    });
    expect((await told({ ...GATE, steps: [segment, aStep({ to: 100 })] })).faults).toEqual([]);
  });
});

test("what cannot be counted is unseen, and no fault", async () => {
  history.fail("timeout");
  const { faults, unseen } = await told();
  expect(faults).toEqual([]);
  expect(unseen).toEqual([expect.stringMatching(/cannot be counted: timeout/)]);
});

test("where nothing has to be proven nothing is asked", async () => {
  expect(await told(aGate())).toEqual({ faults: [], unseen: [] });
  expect(history.asked).toEqual([]);
});

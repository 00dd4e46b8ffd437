import { describe, expect, test } from "vitest";
import { type Recording, factsOf, recordedOutcome } from "../../../src/domain/inputs.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import type { Asked } from "../../../src/domain/reading.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { replay } from "../../../src/domain/replay.ts";
import {
  NOON,
  aDeploy,
  aGate,
  aGuard,
  aLimit,
  aRecord,
  aRun,
  aSignal,
  alertAnswers,
  aPromise,
  aPromiseDemand,
  anApproval,
  answers,
  passFacts,
} from "../../support/builders.ts";
import { MEASURED, aRecording } from "../../support/recorded-pass.ts";

/** As a store gives it back. */
function stored({ gate, inputs }: Recording): Recording {
  return { gate, inputs: JSON.parse(JSON.stringify(inputs)) };
}

function pathsOf({ gate, inputs }: Recording): readonly string[] {
  return replay(gate, inputs).differences.map(({ path }) => path);
}

describe("a recorded pass", () => {
  test("leads to the same decision and the same record again", () => {
    const { gate, inputs } = stored(aRecording());
    expect(replay(gate, inputs)).toEqual({ same: true, differences: [] });
    const { decision, record } = recordedOutcome(gate, inputs);
    expect(decision.action).toMatchObject({ kind: "raise", to: 25 });
    expect(record.intention).toMatchObject({ kind: "raise", to: 25 });
  });

  test("keeps each of several days that one question was asked about", () => {
    const gate = aGate({ signals: [aSignal({ rollback: aLimit("above 300% of baseline") })] });
    const days = [1, 2].map((day): Asked => {
      const answer = { kind: "value", value: 0.001 * day, infos: [] } as const;
      return { role: "before", query: "errors", answer, agoMs: day * 24 * HOUR };
    });
    const now = answers({ value: 0.001 });
    const asked = { ...now, asked: [...now.asked, ...days] };
    const measured = { ...MEASURED, answers: new Map([["errors", asked]]) };
    const kept = stored(aRecording({ gate, measured }));
    expect(replay(kept.gate, kept.inputs)).toEqual({ same: true, differences: [] });
    const [, ...told] = recordedOutcome(kept.gate, kept.inputs).decision.signals[0]?.asked ?? [];
    expect(told).toEqual(days);
  });

  test("leads to another decision by a stricter definition, and every difference is named", () => {
    const { inputs } = stored(aRecording());
    const strict = aGate({ signals: [aSignal({ rollback: aLimit("above 0.05%") })] });
    const { same, differences } = replay(strict, inputs);
    expect(same).toBe(false);
    expect(differences).toContainEqual({
      path: "decision.verdict",
      recorded: "good",
      replayed: "rollback",
    });
    expect(differences.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["decision.signals[0].message", "record.ramp.state"]),
    );
  });

  test("differs where what it came to was written over", () => {
    const { gate, inputs } = stored(aRecording());
    const { outcome } = inputs;
    const decision = { ...outcome.decision, verdict: "halt" as const };
    const changed = { ...outcome.changed, holdMs: 7 };
    expect(pathsOf({ gate, inputs: { ...inputs, outcome: { decision, changed } } })).toEqual([
      "decision.verdict",
      "record.holdMs",
    ]);
  });

  test("is judged anew: other answers are another verdict", () => {
    const recorded = stored(aRecording());
    const { inputs } = stored(
      aRecording({ measured: { ...MEASURED, answers: new Map([["errors", answers({ value: 0.03 })]]) } }),
    );
    expect(pathsOf(stored({ ...recorded, inputs: { ...recorded.inputs, answers: inputs.answers } }))).toEqual(
      expect.arrayContaining(["decision.verdict", "decision.signals[0].reading.value.value"]),
    );
  });
});

test("a signal that was not asked, or that a definition does not know, is told as such", () => {
  const { gate, inputs } = stored(aRecording({ measured: { ...MEASURED, answers: new Map() } }));
  expect(recordedOutcome(gate, inputs).decision.signals[0]?.asked).toEqual([]);
  expect(replay(gate, inputs).same).toBe(true);
  const recorded = stored(aRecording());
  expect(pathsOf({ ...recorded, gate: aGate({ signals: [] }) })).toContain("decision.signals[0]");
});

describe("what is kept of a pass", () => {
  const approved = aRun({ approvals: [anApproval({ person: "approver", step: 2 })] });

  test("holds what the facts were, maps included", () => {
    const gate = aGate({ alerts: [aGuard()], service: "checkout" });
    const dark = new Map([["main", NOON - MINUTE]]);
    const facts = passFacts({ dark, newestDeploy: aDeploy() });
    const measured = {
      ...MEASURED,
      alerts: new Map([[aGuard().match, alertAnswers()]]),
    };
    const recording = aRecording({ gate, before: aRecord({ run: approved }), facts, measured });
    const again = factsOf(gate, stored(recording).inputs);
    expect({ ...again, judgement: null, people: null }).toEqual({ ...facts, judgement: null, people: null });
    expect(again.judgement.alerts).toHaveLength(1);
    expect(replay(gate, stored(recording).inputs).differences).toEqual([]);
  });

  test("of before passes knew of rivals, maintenance and a file's fault are replayed as if there were none", () => {
    const { gate, inputs } = aRecording();
    const { rivals, maintenance, definition, ...facts } = inputs.facts;
    const { fault, ...known } = definition;
    expect({ rivals, maintenance, fault }).toEqual({ rivals: [], maintenance: [], fault: null });
    expect(replay(gate, { ...inputs, facts: { ...facts, definition: known } }).same).toBe(true);
  });

  test("names of all people only those whose approvals the record holds", () => {
    const { inputs } = aRecording({ before: aRecord({ run: approved }) });
    expect(inputs.people).toEqual([["approver", ["release-leads"]]]);
    expect(aRecording({ before: aRecord({ run: null }) }).inputs.people).toEqual([]);
  });

  test("names those whose promises the record holds, and can do without what it was kept before", () => {
    const gate = aGate({ promises: [aPromiseDemand()] });
    const { inputs } = aRecording({ gate, before: aRecord({ promises: [aPromise()] }) });
    expect(inputs.people).toEqual([]);
    const known = passFacts({ people: new Map([["platform", ["erp-platform"]]]) });
    const held = aRecording({ gate, before: aRecord({ promises: [aPromise()] }), facts: known });
    expect(held.inputs.people).toEqual([["platform", ["erp-platform"]]]);
    expect(replay(gate, held.inputs).differences).toEqual([]);

    const { gate: whole, inputs: kept } = stored(aRecording());
    const { promises: _asked, ...older } = whole;
    const { promises: _given, ...before } = kept.before;
    expect(replay(older as Gate, { ...kept, before: before as GateRecord }).differences).toEqual([]);
  });

  test("says nothing twice: queries are the definition's, and members that stayed are those of before", () => {
    const gate = aGate({
      signals: [aSignal({ measure: { kind: "plain", query: "a_query_of_its_own" } })],
    });
    const { inputs } = aRecording({ gate });
    expect(JSON.stringify(inputs.answers)).not.toContain("a_query_of_its_own");
    expect(JSON.stringify(inputs.outcome)).not.toContain("a_query_of_its_own");
    expect(Object.keys(inputs.outcome.changed)).not.toContain("flag");
    const [signal] = recordedOutcome(gate, inputs).decision.signals;
    expect(signal?.asked[0]?.query).toBe("a_query_of_its_own");
  });
});

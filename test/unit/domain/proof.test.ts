import { describe, expect, test } from "vitest";
import type { Prove, Signal } from "../../../src/domain/gate.ts";
import { growthBlockers } from "../../../src/domain/growth.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import {
  type ProofRead,
  countersName,
  proofSoFar,
  provingSignal,
  restartProof,
  withProof,
} from "../../../src/domain/proof.ts";
import type { ProofCounted } from "../../../src/domain/record.ts";
import {
  NOON,
  aCohorts,
  aGate,
  aJudgement,
  aRecord,
  aSignal,
  aStep,
  anExposure,
  passFacts,
} from "../../support/builders.ts";

const SET = anExposure().setAt ?? 0;
const OF = countersName(aCohorts());
const THREE: Prove = { text: "3%", ratio: 0.03 };

function counted(fields: Partial<ProofCounted> = {}): ProofCounted {
  return {
    of: OF,
    since: SET,
    from: SET,
    upTo: SET + 30 * MINUTE,
    candidate: { bad: 0, total: 60 },
    control: { bad: 0, total: 600 },
    ...fields,
  };
}

function read(fields: Partial<Extract<ProofRead, { kind: "known" }>> = {}): ProofRead {
  return {
    kind: "known",
    of: OF,
    since: SET,
    from: SET + 30 * MINUTE,
    to: SET + 31 * MINUTE,
    candidate: { bad: 1, total: 2 },
    control: { bad: 0, total: 20 },
    ...fields,
  };
}

function reasons(
  proof: ProofCounted | null,
  prove: Prove = THREE,
  signals: readonly Signal[] = [aCohorts()],
) {
  const gate = aGate({ signals, steps: [aStep({ prove }), aStep({ to: 100 })] });
  const record = aRecord(proof === null ? {} : { proof });
  return growthBlockers(gate, record, aJudgement(), passFacts()).filter(({ kind }) => kind === "proof");
}

describe("a step with a proof", () => {
  test("lets nothing rise while it is short, and says what is missing", () => {
    expect(reasons(counted())).toMatchObject([
      {
        code: "short",
        message:
          "3% not excluded yet: 0 of 60 bad, evidence 5.7:1 of 20:1; 43 more without a bad one, in about 21m30s at this rate",
        opens: "more outcomes of errors",
      },
    ]);
  });

  test("asks for no more than it says", () => {
    expect(reasons(counted({ candidate: { bad: 0, total: 103 } }))).toEqual([]);
    expect(reasons(counted({ candidate: { bad: 1, total: 103 } }))).toHaveLength(1);
  });

  test("makes no forecast where nothing has come yet", () => {
    const nothing = "3% not excluded yet: 0 of 0 bad, evidence 1:1 of 20:1; 103 more without a bad one";
    expect(reasons(null)[0]?.message).toBe(nothing);
    expect(reasons(counted({ candidate: { bad: 0, total: 0 } }))[0]?.message).toBe(nothing);
    expect(reasons(counted({ upTo: SET }))[0]?.message).toMatch(/more without a bad one$/);
  });

  test("is not proven while nobody has verified what is set", () => {
    const gate = aGate({ signals: [aCohorts()], steps: [aStep({ prove: THREE }), aStep({ to: 100 })] });
    const record = aRecord({ exposure: anExposure({ setAt: null }), proof: counted() });
    expect(growthBlockers(gate, record, aJudgement(), passFacts())).toMatchObject([{ code: "short" }]);
  });

  test("forecasts by what came since it began anew", () => {
    const anew = counted({ from: SET + 25 * MINUTE, candidate: { bad: 0, total: 10 } });
    expect(reasons(anew)[0]?.message).toContain("93 more without a bad one, in about 46m30s at this rate");
  });

  test("says so where nobody could wait for it", () => {
    const tiny = { text: "0.000001%", ratio: 1e-15 };
    expect(reasons(counted(), tiny)[0]?.message).toContain("never, as it looks now");
  });

  test("cannot be proven where the control itself is as bad", () => {
    const control = { bad: 30, total: 600 };
    expect(reasons(counted({ control }))).toMatchObject([
      { code: "unprovable", message: "3% cannot be excluded: the control itself has 5% bad" },
    ]);
    expect(reasons(counted({ control: { bad: 4, total: 80 } }))).toMatchObject([{ code: "short" }]);
  });

  const excess: Prove = { text: "0.5% over control", ratio: 0.005, overControl: true };

  test("may exclude an excess over the control, of which only what it is at least counts", () => {
    const control = { bad: 20_000, total: 1_000_000 };
    expect(reasons(counted({ candidate: { bad: 400, total: 20_000 }, control }), excess)).toEqual([]);
    expect(reasons(counted({ candidate: { bad: 500, total: 20_000 }, control }), excess)).toHaveLength(1);
    const few = { bad: 20, total: 1_000 };
    expect(reasons(counted({ candidate: { bad: 400, total: 20_000 }, control: few }), excess)).toHaveLength(
      1,
    );
  });

  test("is never proven by outcomes of another exposure, or of other counters", () => {
    const enough = { candidate: { bad: 0, total: 10_000 } };
    expect(reasons(counted(enough))).toEqual([]);
    expect(reasons(counted({ ...enough, since: SET - HOUR }))).toHaveLength(1);
    expect(reasons(counted({ ...enough, of: "others" }))).toHaveLength(1);
  });
});

describe("what proves", () => {
  const other = aCohorts({ name: "other" });

  test.each<[string, readonly Signal[], string | null]>([
    ["the only signal with cohorts", [aSignal(), other], "other"],
    ["the one that says so", [aCohorts({ proves: true }), other], "errors"],
    ["none of several", [aCohorts(), other], null],
    ["nothing without cohorts", [aSignal()], null],
    ["none of several that say so", [aCohorts({ proves: true }), { ...other, proves: true }], null],
  ])("is %s", (_, signals, name) => {
    expect(provingSignal(signals)?.name ?? null).toBe(name);
  });

  test("is told apart by its counters", () => {
    expect(countersName(aSignal())).toBe("");
    expect(countersName(aCohorts({ source: "backup" }))).not.toBe(OF);
  });

  test("without such a signal nothing ever rises, and lint refuses the file", () => {
    expect(reasons(null, THREE, [aSignal()])).toMatchObject([{ code: "unprovable" }]);
  });
});

describe("what was read", () => {
  const record = aRecord({ proof: counted() });

  test("is added", () => {
    expect(withProof(record, read()).proof).toEqual(
      counted({
        upTo: SET + 31 * MINUTE,
        candidate: { bad: 1, total: 62 },
        control: { bad: 0, total: 620 },
      }),
    );
  });

  test.each<[string, ProofRead | null]>([
    ["nothing was read", null],
    ["it is not known", { kind: "unknown", reason: "timeout", detail: "late" }],
    ["it was read before", read({ from: SET })],
    ["it does not follow", read({ from: SET + 31 * MINUTE })],
    ["it is of another exposure", read({ since: SET - HOUR })],
    ["another exposure was lost", { kind: "lost", since: SET - HOUR, at: NOON }],
  ])("changes nothing where %s", (_, what) => {
    expect(withProof(record, what)).toBe(record);
  });

  test("is left out where a window of its signal blinds it, and goes on after it", () => {
    const hours = { kind: "span", from: SET + 30 * MINUTE, to: SET + 31 * MINUTE } as const;
    const signal = aCohorts({ except: [{ name: "maintenance", hours }] });
    const { proof } = withProof(record, read(), signal);
    expect(proof).toEqual(counted({ upTo: SET + 31 * MINUTE }));
    expect(withProof(record, read(), aCohorts()).proof?.candidate.total).toBe(62);
  });

  test("begins at what was set", () => {
    const begun = withProof(aRecord(), read({ from: SET }));
    expect(begun.proof).toMatchObject({ of: OF, since: SET, candidate: { bad: 1, total: 2 } });
  });

  test("is dropped where too long was not read", () => {
    const { proof } = withProof(record, { kind: "lost", since: SET, at: NOON });
    expect(proof).toMatchObject({ of: null, since: SET, upTo: NOON, candidate: { bad: 0, total: 0 } });
    expect(proofSoFar({ ...record, ...(proof === undefined ? {} : { proof }) }, "any")?.of).toBe("any");
  });

  test("of an exposure that is not verified is nothing", () => {
    const unverified = aRecord({ exposure: anExposure({ setAt: null }), proof: counted() });
    expect(proofSoFar(unverified, OF)).toBeNull();
    expect(withProof(unverified, read())).toBe(unverified);
    expect(restartProof(unverified, NOON)).toBe(unverified);
  });

  test("of a flag that nobody saw change begins with the first pass that looks", () => {
    const watched = aRecord({ ramp: { state: "idle" }, exposure: anExposure({ changedAt: null }) });
    const { proof } = withProof(watched, read({ since: 0, from: NOON, to: NOON }));
    expect(proof).toMatchObject({ since: 0, from: NOON, upTo: NOON });
  });
});

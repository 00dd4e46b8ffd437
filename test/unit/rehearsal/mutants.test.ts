import { describe, expect, it } from "vitest";
import { droppedMatchers } from "../../../src/promql/dropped-matchers.ts";
import { mutantsOf } from "../../../src/rehearsal/mutants.ts";
import { aCounts, aGate, aLimit, aSignal } from "../../support/builders.ts";

function changes(signal = aSignal()): readonly string[] {
  return mutantsOf(
    aGate({ signals: [aSignal({ name: "first", advance: null, halt: null, rollback: null }), signal] }),
  ).map(({ what, path }) => `${path} ${what}`);
}

describe("limits", () => {
  it("are doubled, halved, turned, and lose their `for`", () => {
    const signal = aSignal({ advance: null, halt: null, rollback: aLimit("above 5% for 2m") });
    expect(changes(signal)).toEqual([
      "signals[1].rollback rollback above 5% for 2m: doubled",
      "signals[1].rollback rollback above 5% for 2m: halved",
      "signals[1].rollback rollback above 5% for 2m: turned",
      "signals[1].rollback rollback above 5% for 2m: without `for`",
    ]);
    const [doubled, halved, turned, atOnce] = mutantsOf(aGate({ signals: [signal] })).map(
      ({ gate }) => gate.signals[0]?.rollback,
    );
    expect(doubled).toEqual({ ...signal.rollback, value: 0.1 });
    expect(halved).toEqual({ ...signal.rollback, value: 0.025 });
    expect(turned).toEqual({ ...signal.rollback, comparison: "below" });
    expect(atOnce).toEqual({ ...signal.rollback, persistence: { kind: "at-once" } });
  });

  it("of 0, and of one run, have fewer changes: the others would mean the same", () => {
    const signal = aSignal({
      advance: aLimit("exactly 0"),
      halt: aLimit("above 1 for 1 run"),
      rollback: null,
    });
    expect(changes(signal)).toEqual([
      "signals[1].advance advance exactly 0: turned",
      "signals[1].halt halt above 1 for 1 run: doubled",
      "signals[1].halt halt above 1 for 1 run: halved",
      "signals[1].halt halt above 1 for 1 run: turned",
    ]);
    expect(changes({ ...signal, halt: aLimit("above 1 for 3 runs") })).toContain(
      "signals[1].halt halt above 1 for 3 runs: without `for`",
    );
  });
});

describe("queries", () => {
  const bare = { advance: null, halt: null, rollback: null } as const;

  it("lose one matcher at a time, each query of the signal for itself", () => {
    const signal = aSignal({
      ...bare,
      measure: { kind: "plain", query: 'sum(a{b="c",d!="e"})' },
      samples: 'count(a{b="c"})',
      bad: 'sum(bad{b="c"})',
      asOf: 'max(t{b="c"})',
      emptyIsZeroWitness: 'sum(w{b="c"})',
    });
    expect(changes(signal)).toEqual([
      'signals[1].query query without b="c"',
      'signals[1].query query without d!="e"',
      'signals[1].samples samples without b="c"',
      'signals[1].bad bad without b="c"',
      'signals[1].asOf asOf without b="c"',
      'signals[1].witness witness without b="c"',
    ]);
    const changed = mutantsOf(aGate({ signals: [signal] })).map(({ gate }) => gate.signals[0]);
    expect(changed[1]).toMatchObject({ measure: { query: 'sum(a{b="c",})' } });
    expect(changed[2]).toMatchObject({ samples: "count(a{})", asOf: 'max(t{b="c"})' });
  });

  it("of bad and total are changed apart", () => {
    const measure = { kind: "counts", query: "", bad: 'sum(a{b="c"})', total: 'sum(t{b="c"})' } as const;
    const changed = mutantsOf(aGate({ signals: [aCounts({ ...bare, measure })] }));
    expect(changed.map(({ gate }) => gate.signals[0]?.measure)).toEqual([
      { ...measure, bad: "sum(a{})" },
      { ...measure, total: "sum(t{})" },
    ]);
    expect(changed.map(({ path, what }) => `${path} ${what}`)).toEqual([
      'signals[0].query bad without b="c"',
      'signals[0].query total without b="c"',
    ]);
  });

  it("of raw counters are changed where they are written", () => {
    const counters = { bad: 'a_total{b="c"}', total: 't_total{b="c"}', windowMs: 60_000, cohorts: null };
    const measure = { kind: "counters", query: "", ...counters } as const;
    expect(mutantsOf(aGate({ signals: [aCounts({ ...bare, measure })] })).map(({ path }) => path)).toEqual([
      "signals[0].counts.bad",
      "signals[0].counts.total",
    ]);
  });

  it("that ask for samples of what is no ratio are left alone: nothing rests on them", () => {
    expect(changes(aSignal({ ...bare, unit: "count", samples: 'sum(a{b="c"})' }))).toEqual([]);
  });
});

describe("a dropped matcher", () => {
  it.each([
    ['a{b="c"}', ["a{}"]],
    ['a{b="c", d="e"}', ['a{d="e"}', 'a{b="c", }']],
    ['{b="c",d="e"}', ['{d="e"}', '{b="c",}']],
    ['{b="c"}', []],
    ['{"a.b",c="d"}', ['{"a.b",}']],
    ['a{b="c"} / b{c=~"d"}', ['a{} / b{c=~"d"}', 'a{b="c"} / b{}']],
    ["a", []],
    ["a{", []],
  ])("of %s", (query, without) => {
    expect(droppedMatchers(query).map(({ text }) => text)).toEqual(without);
  });
});

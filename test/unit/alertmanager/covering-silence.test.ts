import { describe, expect, it } from "vitest";
import type { ActiveSilence, HeldAlert } from "../../../src/alertmanager/bodies.ts";
import { coveringSilence } from "../../../src/alertmanager/covering-silence.ts";
import { parseMatchers } from "../../../src/matchers/matchers.ts";

const OURS = { alertname: "Deep", service: "checkout" };

describe("an alert that Alertmanager does not hold, as a pending one", () => {
  it("is covered by a silence that matches its labels", () => {
    const silences = [silence("other", '{service="cart"}'), silence("ours", '{alertname=~"D.*",team!="x"}')];
    expect(coveringSilence(OURS, silences, [])).toEqual({
      id: "ours",
      by: "anna",
      comment: "work",
      endsAt: 9,
    });
    expect(coveringSilence(OURS, silences.slice(0, 1), [])).toBeNull();
  });

  it("is not covered because another one is", () => {
    const held = [{ labels: { alertname: "Deep", service: "cart" }, silencedBy: ["s"] }];
    expect(coveringSilence(OURS, [silence("s", '{service="cart"}')], held)).toBeNull();
  });
});

describe("an alert that Alertmanager holds", () => {
  const byCluster = silence("s", '{cluster="one"}');

  it("is covered by what Alertmanager says, which knows the labels that were added on the way", () => {
    expect(idFor([byCluster], [{ labels: { ...OURS, cluster: "one" }, silencedBy: ["s"] }])).toBe("s");
  });

  it("is not covered where Alertmanager says so, whatever matches the labels that we know", () => {
    const notOne = silence("s", '{cluster!="one"}');
    expect(idFor([notOne], [{ labels: { ...OURS, cluster: "one" }, silencedBy: [] }])).toBeNull();
  });

  it("is covered only when each of those that may be ours is", () => {
    const [one, two] = ["one", "two"].map((cluster) => ({ ...OURS, cluster }));
    const held = [
      { labels: one ?? {}, silencedBy: ["s"] },
      { labels: two ?? {}, silencedBy: [] },
    ];
    expect(idFor([byCluster], held)).toBeNull();
    expect(
      idFor(
        [byCluster],
        held.map((each) => ({ ...each, silencedBy: ["s"] })),
      ),
    ).toBe("s");
  });

  it("is not the one with further labels when one without them is there", () => {
    const held = [
      { labels: { ...OURS, cluster: "one" }, silencedBy: [] },
      { labels: { ...OURS, cluster: "one", pod: "p" }, silencedBy: ["s"] },
    ];
    expect(idFor([byCluster], held)).toBeNull();
  });

  it("is not covered by a silence that has ended meanwhile", () => {
    expect(idFor([], [{ labels: OURS, silencedBy: ["s"] }])).toBeNull();
  });
});

function idFor(silences: readonly ActiveSilence[], held: readonly HeldAlert[]): string | null {
  return coveringSilence(OURS, silences, held)?.id ?? null;
}

function silence(id: string, text: string): ActiveSilence {
  const read = parseMatchers(text);
  if (!read.ok) throw new Error(read.problem);
  return { id, by: "anna", comment: "work", endsAt: 9, matchers: read.matchers };
}

import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { LIBRARY_CASES } from "../../support/library-cases.ts";
import { EXPORTER_LIBRARIES, gateUsing, libraryText } from "../../support/library-gate.ts";
import { MINUTE } from "../../../src/domain/instant.ts";
import { selectors } from "../../../src/promql/selectors.ts";
import { parseDuration } from "../../../src/text/duration-text.ts";

const SHAPE = z.object({
  signals: z.array(
    z.object({
      name: z.string(),
      query: z.string(),
      samples: z.string().optional(),
      bad: z.string().optional(),
      asOf: z.string().optional(),
    }),
  ),
});

type Signal = z.infer<typeof SHAPE>["signals"][number];

const SIGNALS = EXPORTER_LIBRARIES.flatMap((file) => {
  const text = libraryText(file);
  return SHAPE.parse(parse(text)).signals.map((signal) => ({
    ...signal,
    remark: remarkOf(text, signal.name),
  }));
});

describe("the libraries for exporters", () => {
  it("have no problems, and gates can use every signal of them", () => {
    const gate = gateUsing(LIBRARY_CASES, "shop");
    expect(gate.signals.map((signal) => signal.name)).toEqual(LIBRARY_CASES.map((each) => each.signal));
  });

  it("have every signal tried against what its exporter prints", () => {
    const tried = LIBRARY_CASES.map((each) => each.signal);
    expect(tried.toSorted()).toEqual(SIGNALS.map((signal) => signal.name).toSorted());
  });

  it("suggest limits, but for a number that only its gate can judge", () => {
    const { signals } = gateUsing(LIBRARY_CASES, "shop");
    const judged = signals.filter((signal) => signal.name !== "pushed-value");
    expect(judged.filter(({ advance, halt }) => advance === null || halt === null)).toEqual([]);
  });
});

describe.each(SIGNALS)("$name", (signal) => {
  it("names the source of every metric it reads right above its query, with a version", () => {
    expect(signal.remark).toMatch(/\b\d+\.\d+\b/);
    const unnamed = metricsOf(signal).filter((metric) => !mentions(signal.remark, metric));
    expect(unnamed).toEqual([]);
  });

  it("looks back over at least four scrapes of a minute", () => {
    const ranges = queriesOf(signal).flatMap((query) => [...query.matchAll(/\[(\w+)\]/g)]);
    const known = ranges.map((range) => parseDuration(range[1] ?? ""));
    expect(known.filter((range) => range === null || range < 4 * MINUTE)).toEqual([]);
  });
});

/** The lines of comment between the signal's name and its query that stand directly above the query. */
function remarkOf(text: string, name: string): string {
  const [, rest = ""] = text.split(`  - name: ${name}\n`);
  const [before = ""] = rest.split(/^ {4}query:/m);
  const lines = before.trimEnd().split("\n");
  const first = lines.findLastIndex((line) => !/^ {4}#/.test(line)) + 1;
  return lines.slice(first).join("\n");
}

function queriesOf({ query, samples, bad, asOf }: Signal): readonly string[] {
  return [query, samples, bad, asOf].filter((each) => each !== undefined);
}

/** A name that is wholly a parameter has no source but the gate. */
function metricsOf(signal: Signal): readonly string[] {
  const names = queriesOf(signal)
    .flatMap((query) => selectors(query))
    .map((selector) => /^[\w:]+/.exec(selector)?.[0] ?? /__name__="([^"]+)"/.exec(selector)?.[1] ?? selector);
  return names.filter((name) => !/^\$\w+$/.test(name)).map((name) => name.replaceAll(/\$(\w+)/g, "<$1>"));
}

function mentions(remark: string, metric: string): boolean {
  return remark.split(/[^\w:<>]+/).some((word) => word.replace(/:$/, "") === metric);
}

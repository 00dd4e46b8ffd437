import { describe, expect, test } from "vitest";
import { HOUR } from "../../../src/domain/instant.ts";
import { spansOf } from "../../../src/domain/window-time.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { zoneOffsets } from "../../../src/gatefile/zone-offsets.ts";
import { gateText } from "../disk/scratch-folder.ts";
import { DEFAULTS } from "./defaults.ts";

const CALENDAR = `schema: calendar/v1
timezone: Europe/Berlin
windows:
  - { name: erp-maintenance, every: "Sun 02:00-05:00", effect: blind, systems: [erp] }
  - { name: peak, from: 2026-11-20T00:00, to: 2026-12-01T12:00, effect: freeze }
  - { name: campaigns, ical: shop, first: 60m, effect: tighten }
`;

const LIBRARY = `schema: signals/v1
signals:
  - name: backlog
    owner: team
    runbook: https://runbooks.example.com/x
    query: sum(backlog)
    advance: at most 3
    except: [peak]
`;

function parsed(signal: string) {
  const files = [
    { path: "calendars/all.yaml", text: CALENDAR },
    { path: "signals/a.yaml", text: LIBRARY },
    { path: "gate.yaml", text: gateText("one", `  - ${signal}\n`) },
  ];
  const { gates, problems } = parseFiles(files, DEFAULTS);
  const gate = gates.get("one");
  return {
    problems: problems.filter(({ file }) => file === "gate.yaml"),
    drawsOn: gate?.drawsOn,
    except: gate?.gate.signals.at(-1)?.except,
  };
}

describe("a signal with `except`", () => {
  test("brings the hours of its windows, with the offsets of their zone", () => {
    const { problems, except, drawsOn } = parsed(
      "{ query: sum(x), advance: at most 1, except: [erp-maintenance, peak] }",
    );
    expect(problems).toEqual([]);
    expect(except?.map(({ name, hours: { kind } }) => [name, kind])).toEqual([
      ["erp-maintenance", "every"],
      ["peak", "span"],
    ]);
    expect(drawsOn).toEqual(["calendars/all.yaml"]);
    const [sundays] = except ?? [];
    const june = Date.parse("2026-06-14T01:00Z");
    expect(sundays === undefined ? [] : spansOf(sundays.hours, june, june)).toEqual([
      { from: june - HOUR, to: june + 2 * HOUR },
    ]);
  });

  test("takes them from the library, unless it names its own", () => {
    expect(parsed("use: backlog").except?.map(({ name }) => name)).toEqual(["peak"]);
    expect(parsed("use: backlog").drawsOn).toEqual(["calendars/all.yaml", "signals/a.yaml"]);
    expect(parsed("{ use: backlog, except: [erp-maintenance] }").except?.map(({ name }) => name)).toEqual([
      "erp-maintenance",
    ]);
    expect(parsed("{ use: backlog, except: [] }").except).toBeUndefined();
  });

  test("hears that of another calendar's events nothing happens yet", () => {
    const { problems, except } = parsed("{ query: sum(x), advance: at most 1, except: [campaigns] }");
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([["R191", "warning"]]);
    expect(problems[0]?.message).toBe(
      "`except: campaigns` has no effect yet: the events of `ical: shop` are not read",
    );
    expect(except).toEqual([{ name: "campaigns", hours: { kind: "ical", source: "shop" } }]);
  });
});

describe("the offsets of a zone", () => {
  test("of UTC never change", () => {
    expect(zoneOffsets("UTC")).toEqual([{ from: 0, ms: 0 }]);
  });

  test("change in the very minute", () => {
    const berlin = zoneOffsets("Europe/Berlin");
    expect(berlin.slice(0, 3)).toEqual([
      { from: 0, ms: HOUR },
      { from: Date.parse("2025-03-30T01:00Z"), ms: 2 * HOUR },
      { from: Date.parse("2025-10-26T01:00Z"), ms: HOUR },
    ]);
    expect(berlin).toHaveLength(43);
    expect(zoneOffsets("Europe/Berlin")).toBe(berlin);
  });

  test("tell each change apart where two lie a month apart", () => {
    const of2025 = zoneOffsets("Africa/Casablanca").slice(0, 3);
    expect(of2025.map(({ from, ms }) => [new Date(from).toISOString().slice(0, 16), ms])).toEqual([
      ["1970-01-01T00:00", HOUR],
      ["2025-02-23T02:00", 0],
      ["2025-04-06T02:00", HOUR],
    ]);
  });
});

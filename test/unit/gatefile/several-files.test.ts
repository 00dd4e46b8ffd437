import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS, SMALLEST } from "./defaults.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");

function gateFile(name: string, flag: string = name) {
  const text = SMALLEST.replace("name: new-checkout", `name: ${name}`).replace(
    "flag: new-checkout",
    `flag: ${flag}`,
  );
  return { path: `${name}.yaml`, text };
}

function uses(name: string, signal: string) {
  const text = `schema: gate/v1\nname: ${name}\nowner: a\nrunbook: https://r.example.com/b\nsignals:\n  - use: ${signal}\n`;
  return { path: `${name}.yaml`, text };
}

describe("many files at once", () => {
  it("give the same good gates whatever bad files stand beside them", () => {
    const good = Array.from({ length: 7 }, (_, index) => gateFile(`gate-${index}`));
    const bad = readdirSync(join(FIXTURES, "bad"))
      .filter((name) => name.endsWith(".yaml") && !["no-owner-no-runbook.yaml"].includes(name))
      .map((name) => ({ path: `bad/${name}`, text: readFileSync(join(FIXTURES, "bad", name)) }))
      .filter(({ path }) => !/hold-below|default-stick|missing-for-empty/.test(path));
    const alone = parseFiles(good, DEFAULTS);
    const among = parseFiles([...bad, ...good], DEFAULTS);
    expect([...among.gates]).toEqual([...alone.gates]);
    expect(alone.gates.size).toBe(7);
    expect(among.broken.length).toBeGreaterThan(60);
  });

  it("list their problems by file, line and column", () => {
    const files = [
      { path: "b.yaml", text: "schema: gate/v1\nzzz: 1\naaa: 1\n" },
      { path: "a.yaml", text: "schema: gate/v3\n" },
    ];
    const places = parseFiles(files, DEFAULTS).problems.map(({ file, line }) => `${file}:${line}`);
    expect(places).toEqual(places.toSorted());
    expect(places[0]).toBe("a.yaml:1");
  });
});

describe("two gates with one name", () => {
  it("are both refused, each pointing at the other", () => {
    const twins = [gateFile("one"), { ...gateFile("one", "other"), path: "copy.yaml" }];
    const { gates, broken, problems } = parseFiles(twins, DEFAULTS);
    expect(gates.size).toBe(0);
    expect(broken).toEqual([
      { path: "one.yaml", name: "one" },
      { path: "copy.yaml", name: "one" },
    ]);
    expect(problems.map(({ file, line, column, code }) => [file, line, column, code])).toEqual([
      ["copy.yaml", 2, 7, "R126"],
      ["one.yaml", 2, 7, "R126"],
    ]);
  });
});

describe("two gates on one flag", () => {
  it("are both refused", () => {
    const rivals = [gateFile("one", "shared"), gateFile("two", "shared"), gateFile("three")];
    const { gates, problems } = parseFiles(rivals, DEFAULTS);
    expect([...gates.keys()]).toEqual(["three"]);
    expect(problems.map(({ file, line, column, code }) => [file, line, column, code])).toEqual([
      ["one.yaml", 5, 7, "R125"],
      ["two.yaml", 5, 7, "R125"],
    ]);
  });

  it("are both fine on different strategies or environments", () => {
    const { gates } = parseFiles(
      [
        gateFile("one", "{ unleash: shared, strategy: a }"),
        gateFile("two", "{ unleash: shared, strategy: b }"),
        gateFile("three", "{ unleash: shared, strategy: b, environment: dev }"),
      ],
      DEFAULTS,
    );
    expect(gates.size).toBe(3);
  });

  it.each([
    [
      "one that names its strategy and one that takes the only one",
      "{ unleash: shared, strategy: a }",
      "shared",
    ],
    ["two that take the only one", "shared", "{ unleash: shared }"],
  ])("are both refused: %s", (_, flag, other) => {
    const { gates, problems } = parseFiles([gateFile("one", flag), gateFile("two", other)], DEFAULTS);
    expect([...gates.keys()]).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      "two.yaml drives the same flag, environment and strategy",
      "one.yaml drives the same flag, environment and strategy",
    ]);
  });

  it("are both fine where the one that names none names the other's as its companion", () => {
    const { gates } = parseFiles(
      [
        gateFile("one", "{ unleash: shared, strategy: a }"),
        gateFile("two", "{ unleash: shared, also: [a] }"),
      ],
      DEFAULTS,
    );
    expect(gates.size).toBe(2);
  });

  it("do not count a gate that is broken anyway", () => {
    const broken = gateFile("two", "shared");
    const { gates } = parseFiles(
      [gateFile("one", "shared"), { ...broken, text: `${broken.text}bogus: 1\n` }],
      DEFAULTS,
    );
    expect([...gates.keys()]).toEqual(["one"]);
  });
});

describe("a broken library signal", () => {
  it("breaks the gates that use it and no other", () => {
    const library = {
      path: "library.yaml",
      text: `schema: signals/v1
signals:
  - { name: sick, owner: a, runbook: https://r.example.com/b, query: "sum(", halt: above 3 }
  - { name: well, owner: a, runbook: https://r.example.com/b, query: sum(up), halt: above 3 }
`,
    };
    const { gates, problems } = parseFiles([uses("one", "sick"), uses("two", "well"), library], DEFAULTS);
    expect([...gates.keys()]).toEqual(["two"]);
    expect(problems.map(({ file, line, column, code }) => [file, line, column, code])).toEqual([
      ["library.yaml", 3, 75, "R301"],
      ["one.yaml", 6, 10, "R145"],
    ]);
  });
});

describe("a value put into a pattern", () => {
  const library = {
    path: "library.yaml",
    text: `schema: signals/v1
signals:
  - name: late
    owner: team-orders
    runbook: https://r.example.com/b
    unit: ratio
    params: [edge, system]
    query: sum(late{edge=~"$edge-$system", system="$system"}) / sum(all{edge!~"x|$edge"})
    halt: above 2%
`,
  };

  function problemsWith(edge: string, system: string) {
    const gate = uses("a", `late\n    with: { edge: '${edge}', system: '${system}' }`);
    return parseFiles([library, gate], DEFAULTS).problems.map(({ code, message }) => ({ code, message }));
  }

  it("makes a regular expression of it, or the gate is refused", () => {
    expect(problemsWith("oms|erp", "a.b")).toEqual([]);
    expect(problemsWith("oms", "a\\.b")).toEqual([]);
    expect(problemsWith("oms(", "erp")).toEqual([
      {
        code: "R153",
        message:
          "the value of `edge` and `system` makes no regular expression of RE2: missing closing ): `oms(-erp`",
      },
      {
        code: "R153",
        message: "the value of `edge` makes no regular expression of RE2: missing closing ): `x|oms(`",
      },
    ]);
    expect(problemsWith("oms", "\\")).toMatchObject([{ code: "R153" }]);
  });
});

describe("a test of a gate", () => {
  it("points at the step that its gate does not have, in every case that names one", () => {
    const cases = ["a", "b", "c"].map(
      (name, index) =>
        `  - name: ${name}\n    start: { at: 2026-03-03T09:00, step: ${[9, 4, 5][index]} }\n    expect: [{ after: 1m, state: proving }]\n`,
    );
    const text = `schema: gate-test/v1\ngate: one\nseries: { x: 1 }\ncases:\n${cases.join("")}`;
    const { problems } = parseFiles([gateFile("one"), { path: "tests/one.yaml", text }], DEFAULTS);
    expect(
      problems
        .filter(({ code }) => code === "R803")
        .map(({ line, column, message }) => [line, column, message]),
    ).toEqual([
      [6, 42, "`a` begins at step 9, and `one` has 4"],
      [12, 42, "`c` begins at step 5, and `one` has 4"],
    ]);
  });
});

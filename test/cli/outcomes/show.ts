import type { ShowOutcome, ShowRequest } from "../../../src/cli/standalone/show.ts";
import { line, remark } from "../../../src/gatefile/effective/line.ts";
import type { Scripts } from "../scripted-standalone.ts";

export const SHOW_OUTCOMES: Scripts<ShowRequest, ShowOutcome> = {
  shown: () => ({
    kind: "shown",
    lines: [
      line("schema", "gate/v1", "gates/erp.yaml:1"),
      line("name", "erp", "gates/erp.yaml:2"),
      remark("profile", "order-writer", "gates/erp.yaml:4"),
      line("flag.unleash", "erp", "gates/erp.yaml:3"),
      remark("flag.also", [], "default"),
      line("steps[0].to", "5%", "default"),
      line("steps[0].hold", "30m", "default"),
      line("steps[1].to", "100%", "default"),
      line("steps[1].approve[0].by", "leads", "gates/erp.yaml:7"),
      line("steps[1].approve[0].count", 2, "gates/erp.yaml:7"),
      line("signals[0].name", "missing", "library gates/signals/x.yaml:3"),
      line("signals[0].query", 'sum(a{b="c"})\n  /\nsum(d)', "library gates/signals/x.yaml:4"),
      remark("signals[0].counts.bad", 'sum(a{b="c"}\n)', "inferred from the query"),
      line("signals[0].advance", "at most 1%", "profile order-writer (gates/profiles/order-writer.yaml:7)"),
      line("signals[0].rollback", ">= 3%", "gates/erp.yaml:9"),
      line("signals[0].missingFor", { "30m": "halt" }, "default"),
      line("signals[0].gates", ["advance", "finish"], "default"),
      line("alerts[0].match", '{service="checkout"}', "gates/erp.yaml:12"),
    ],
  }),
  short: () => ({
    kind: "shown",
    lines: [
      line("name", "erp", "gates/erp.yaml:2"),
      remark("flag.also", [], "default"),
      line("signals[0].missingFor", { "30m": "halt" }, "default"),
    ],
  }),
  faulty: () => ({
    kind: "faulty",
    problems: [
      {
        file: "gates/erp.yaml",
        line: 2,
        column: 1,
        length: 4,
        code: "R101",
        severity: "error",
        message: "a gate has no key `hodl`",
        suggestion: "did you mean `hold`?",
      },
    ],
    texts: new Map([["gates/erp.yaml", "schema: gate/v1\nhodl: 5m\n"]]),
  }),
  unknown: () => ({
    kind: "unusable",
    message: "there is no gate and no file `epr` in gates; did you mean `erp`?",
  }),
};

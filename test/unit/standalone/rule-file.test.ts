import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { readRuleFile } from "../../../src/standalone/rule-file.ts";
import { scratchFolder } from "../disk/scratch-folder.ts";

const RULES = `groups:
  - name: checkout
    interval: 30s
    rules:
      - { record: job:errors:rate5m, expr: 'sum by (job) (rate(errors[5m]))' }
      - { alert: Errors, expr: 'job:errors:rate5m > 1', for: 2m, labels: { severity: critical, tier: 1 } }
  - rules:
      - { alert: Kept, expr: a, keep_firing_for: 5m }
      - { alert: Named, expr: a, labels: { service: '{{ $labels.job }}' } }
      - { alert: Odd, expr: a, for: soon }
`;

function read(text: string) {
  const path = join(scratchFolder(), "rules.yml");
  writeFileSync(path, text);
  return readRuleFile(path);
}

test("recording and alerting rules are read, each with the interval of its group", async () => {
  const found = await read(RULES);
  if (!found.ok) throw new Error(found.message);
  expect(found.rules).toEqual([
    {
      record: "job:errors:rate5m",
      expression: "sum by (job) (rate(errors[5m]))",
      labels: {},
      intervalMs: 30 * SECOND,
    },
  ]);
  expect(found.alerts[0]).toEqual({
    alert: "Errors",
    group: "checkout",
    expression: "job:errors:rate5m > 1",
    labels: { severity: "critical", tier: "1" },
    forMs: 2 * MINUTE,
    intervalMs: 30 * SECOND,
    untestable: null,
  });
  expect(found.alerts[1]?.intervalMs).toBe(MINUTE);
});

test("what a test does not do is said of the rule that asks for it", async () => {
  const found = await read(RULES);
  expect(found.ok && found.alerts.map(({ alert, untestable }) => [alert, untestable])).toEqual([
    ["Errors", null],
    ["Kept", "`keep_firing_for` is not supported"],
    ["Named", "its label `service` is a template"],
    ["Odd", "`for: soon` is no duration"],
  ]);
});

test("a file that is none of Prometheus is refused", async () => {
  expect(await read("groups: 3\n")).toMatchObject({ ok: false });
  expect(await readRuleFile("/nowhere/rules.yml")).toMatchObject({ ok: false });
});

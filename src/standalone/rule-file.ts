import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { MINUTE, type Millis } from "../domain/instant.ts";
import type { AlertRuleGiven, RuleGiven } from "../rehearsal/ports.ts";
import { parseDuration } from "../text/duration-text.ts";

const text = z.union([z.string(), z.number()]).transform(String);

/** As Prometheus reads it. */
const ruleSchema = z.object({
  record: z.string().optional(),
  alert: z.string().optional(),
  expr: text,
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
  labels: z.record(z.string(), text).optional(),
});

const groupSchema = z.object({
  name: z.string().default(""),
  interval: z.string().optional(),
  rules: z.array(ruleSchema),
});

const ruleFile = z.object({ groups: z.array(groupSchema) });

type Group = z.output<typeof groupSchema>;
type Rule = z.output<typeof ruleSchema>;

export type RuleFile =
  | { readonly ok: true; readonly rules: readonly RuleGiven[]; readonly alerts: readonly AlertRuleGiven[] }
  | { readonly ok: false; readonly message: string };

/** The rules of a file of Prometheus; a group without an interval runs each minute, as Prometheus has it by default. */
export async function readRuleFile(path: string): Promise<RuleFile> {
  const content = await readFile(path, "utf8").catch(() => null);
  if (content === null) return { ok: false, message: `the rule file ${path} cannot be read` };
  const read = ruleFile.safeParse(parsed(content));
  if (!read.success)
    return { ok: false, message: `${path} is no rule file of Prometheus: ${z.prettifyError(read.error)}` };
  const all = read.data.groups.flatMap((group) => group.rules.map((rule) => ({ group, rule })));
  return {
    ok: true,
    rules: all.flatMap(({ group, rule }) => recordingRule(group, rule)),
    alerts: all.flatMap(({ group, rule }) => alertingRule(group, rule)),
  };
}

function recordingRule(group: Group, { record, expr, labels = {} }: Rule): readonly RuleGiven[] {
  return record === undefined ? [] : [{ record, expression: expr, labels, intervalMs: intervalOf(group) }];
}

function alertingRule(group: Group, rule: Rule): readonly AlertRuleGiven[] {
  const { alert, expr, labels = {} } = rule;
  if (alert === undefined) return [];
  const forMs = rule.for === undefined ? 0 : parseDuration(rule.for);
  return [
    {
      alert,
      group: group.name,
      expression: expr,
      labels,
      forMs: forMs ?? 0,
      intervalMs: intervalOf(group),
      untestable: forMs === null ? `\`for: ${rule.for}\` is no duration` : untestableIn(rule),
    },
  ];
}

/** What Prometheus makes of these is not known here. */
function untestableIn({ labels = {}, keep_firing_for: kept }: Rule): string | null {
  if (kept !== undefined) return "`keep_firing_for` is not supported";
  const template = Object.entries(labels).find(([, value]) => value.includes("{{"));
  return template === undefined ? null : `its label \`${template[0]}\` is a template`;
}

function intervalOf({ interval }: Group): Millis {
  return (interval === undefined ? null : parseDuration(interval)) ?? MINUTE;
}

function parsed(content: string): unknown {
  try {
    return parse(content);
  } catch {
    return null;
  }
}

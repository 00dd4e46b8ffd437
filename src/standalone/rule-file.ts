import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { MINUTE } from "../domain/instant.ts";
import type { RuleGiven } from "../rehearsal/ports.ts";
import { parseDuration } from "../text/duration-text.ts";

const text = z.union([z.string(), z.number()]).transform(String);

/** As Prometheus reads it; alerting rules have no `record` and are passed over. */
const ruleFile = z.object({
  groups: z.array(
    z.object({
      interval: z.string().optional(),
      rules: z.array(
        z.object({
          record: z.string().optional(),
          expr: text,
          labels: z.record(z.string(), text).optional(),
        }),
      ),
    }),
  ),
});

export type RuleFile =
  | { readonly ok: true; readonly rules: readonly RuleGiven[] }
  | { readonly ok: false; readonly message: string };

/** The recording rules of a file of Prometheus; a group without an interval runs each minute, as Prometheus has it by default. */
export async function readRuleFile(path: string): Promise<RuleFile> {
  const content = await readFile(path, "utf8").catch(() => null);
  if (content === null) return { ok: false, message: `the rule file ${path} cannot be read` };
  const read = ruleFile.safeParse(parsed(content));
  if (!read.success)
    return { ok: false, message: `${path} is no rule file of Prometheus: ${z.prettifyError(read.error)}` };
  return {
    ok: true,
    rules: read.data.groups.flatMap(({ interval, rules }) => {
      const intervalMs = (interval === undefined ? null : parseDuration(interval)) ?? MINUTE;
      return rules.flatMap(({ record, expr, labels }) =>
        record === undefined ? [] : [{ record, expression: expr, labels: labels ?? {}, intervalMs }],
      );
    }),
  };
}

function parsed(content: string): unknown {
  try {
    return parse(content);
  } catch {
    return null;
  }
}

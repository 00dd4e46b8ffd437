import { z } from "zod";

import type { ReconcileTask, Repair } from "../domain/reconcile.ts";
import { leaf, listOf, longerThanNothing, name, oneOf, sentence } from "./leaf.ts";
import { type Fields, mapping } from "./mapping.ts";
import { argumentsGiven } from "./parameters.ts";
import type { Complain } from "./problem-list.ts";
import { told } from "./read.ts";
import { resolveSignal, type SignalContext } from "./signal.ts";
import { limitSentence } from "./signal-limits.ts";
import { asUsed } from "./used-signal.ts";

const UNTIL_SHAPE = {
  what: "`until`",
  keys: {
    use: told(name, "name", "A signal of a [library](#libraries)"),
    with: told(argumentsGiven, "mapping", "Values for its parameters", "none"),
    at: told(limitSentence, "limit", "What must hold, in two runs after the repair"),
  },
  required: ["use", "at"],
} as const;

const RUN_SHAPE = {
  what: "`run`",
  keys: {
    webhook: told(name, "name", "What is called, by its name in the configuration"),
    rate: told(
      leaf(z.string().regex(/^[1-9]\d{0,4}\/[smh]$/), "a rate such as `5/s`, `100/m` or `20/h`"),
      "`5/s`, `100/m`, `20/h`",
      "How often at most",
      "as fast as it answers",
    ),
    idempotencyKey: told(sentence, "text", "The field by which a repeated call is known", "none"),
  },
  required: ["webhook"],
} as const;

export const TASK_SHAPE = {
  what: "a task",
  keys: {
    task: told(name, "as a gate's", "What it is called; once in the gate"),
    until: told(
      mapping(UNTIL_SHAPE),
      "`{ use, with, at }`",
      "The count that says when it is done: a library signal and its limit",
      "when `run` has answered, or a person says so",
    ),
    within: told(
      longerThanNothing,
      "duration above 0",
      "When it is overdue, after the rollback",
      "never (warning)",
    ),
    owner: told(sentence, "text", "Who is told", "the gate's"),
    runbook: told(sentence, "text", "What to do", "the gate's"),
    run: told(
      mapping(RUN_SHAPE),
      "`{ webhook, rate, idempotencyKey }`",
      "What is called to repair: a webhook of the configuration, how often at most (`5/s`), and the field by which a repeated call is known",
      "nothing",
    ),
    scope: told(
      oneOf("exposed", "all"),
      "`exposed`, `all`",
      "`exposed`: only what carries the flag's `stamp`",
      "`all`",
    ),
    manual: told(leaf(z.boolean(), "`true` or `false`"), "`true`, `false`", "People do it", "`false`"),
  },
  required: ["task"],
} as const;

export type TaskFields = Fields<typeof TASK_SHAPE.keys>;

export const taskList = listOf(mapping(TASK_SHAPE), "a list of tasks");

/** The tasks as far as they could be read, with the signals that say when they are done. */
export function resolveTasks(
  written: readonly TaskFields[],
  context: SignalContext,
  complain: Complain,
): readonly ReconcileTask[] {
  return written.flatMap(({ values }) => {
    const { task, until, run } = values;
    const { webhook, rate, idempotencyKey } = run?.values ?? {};
    const signal = until === undefined ? null : untilOf(until, context, complain);
    if (task === undefined) return [];
    return [
      {
        task,
        until: signal,
        withinMs: values.within ?? null,
        owner: values.owner ?? null,
        runbook: values.runbook ?? null,
        run:
          webhook === undefined
            ? null
            : {
                webhook,
                rate: rate === undefined ? null : rateOf(rate),
                idempotencyKey: idempotencyKey ?? null,
              },
        scope: values.scope ?? "all",
        manual: values.manual ?? false,
      },
    ];
  });
}

function untilOf(fields: Fields<typeof UNTIL_SHAPE.keys>, context: SignalContext, complain: Complain) {
  const { use, at, ...rest } = fields.values;
  if (use === undefined || at === undefined) return null;
  const keys = { use: "use", with: "with", advance: "at" };
  return (
    resolveSignal(asUsed({ use, advance: at, ...rest }, keys, fields), context, complain)?.signal ?? null
  );
}

function rateOf(written: string): Repair["rate"] {
  const per = (["s", "m", "h"] as const).find((unit) => written.endsWith(unit));
  return per === undefined ? null : { calls: Number(written.slice(0, -2)), per };
}

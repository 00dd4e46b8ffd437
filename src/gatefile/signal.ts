import type { Measure, MissingBounds, Purpose, Signal } from "../domain/gate.ts";
import type { Millis } from "../domain/instant.ts";
import { inferCounts } from "../promql/counts.ts";
import { nearestName } from "../text/nearest-name.ts";
import { parse } from "../promql/parse.ts";
import { firstMetric } from "../promql/selectors.ts";
import { blindWindows } from "./blind-windows.ts";
import type { Windows } from "./calendar.ts";
import { countersOf } from "./counters.ts";
import type { Library } from "./library.ts";
import { lintScrapes } from "./lint/scrape-rules.ts";
import { areValues, bind, type Parameter } from "./parameters.ts";
import type { Complain } from "./problem-list.ts";
import { draftSignal, limitOf, QUERY_KEYS, type SignalDraft, statesLimit } from "./signal-draft.ts";
import type { GateSignalFields, SignalFields } from "./signal-keys.ts";
import { type ProfileScope, type Scope, scopeOf } from "./scope.ts";
import type { Span } from "./source.ts";
import { substitute } from "./substitution.ts";
import type { Text } from "./text.ts";

/** A signal of a gate with where it is named, for the rules that compare signals. */
export type PlacedSignal = {
  readonly signal: Signal;
  readonly at: Span;
  readonly limits: SignalDraft["limits"];
};

export type SignalContext = {
  readonly library: Library;
  /** Null: the gate has none. */
  readonly profile: ProfileScope | null;
  /** The gate's source; null: none could be told, which is complained elsewhere. */
  readonly source: string | null;
  /** The gate's bounds, for signals that state none. */
  readonly missing: MissingBounds;
  readonly scrapeIntervalMs: Millis;
  readonly windows: Windows;
};

/** The signal with library, parameters and defaults put in; null when it has problems, and they are complained. */
export function resolveSignal(
  fields: GateSignalFields,
  context: SignalContext,
  complain: Complain,
): PlacedSignal | null {
  if (fields.has("use")) return usedSignal(fields, context, complain);
  if (!fields.has("query") && !fields.has("counts")) {
    const near = nearestName(fields.values.name ?? "", context.profile?.signals ?? []);
    complain({
      code: "R142",
      at: fields.head,
      message: "the signal has neither `query` nor `use`",
      suggestion: near === null ? null : `did you mean \`${near}\` of the profile?`,
    });
  }
  for (const key of ["with", "params"] as const) {
    if (!fields.has(key)) continue;
    complain({
      code: "R142",
      at: fields.at(key),
      message: `\`${key}\` belongs to library signals`,
      suggestion: "write the values into the query",
    });
  }
  const own: SignalFields = fields;
  const scope = (query: Text): Scope => scopeOf(query, context.profile);
  const draft = draftSignal(own, own, (query) => scope(query).declared, complain);
  if (draft === null) return null;
  return complete({ meaning: own, own, draft, scope, at: fields.head }, context, complain);
}

const LIBRARY_ONLY = [
  "query",
  "counts",
  "cohorts",
  "unit",
  "better",
  "samples",
  "bad",
  "asOf",
  "emptyIs",
  "witness",
  "params",
] as const;

function usedSignal(
  fields: GateSignalFields,
  context: SignalContext,
  complain: Complain,
): PlacedSignal | null {
  for (const key of LIBRARY_ONLY) {
    if (!fields.has(key)) continue;
    complain({
      code: "R142",
      at: fields.at(key),
      message: `\`${key}\` says what a signal means, and \`use\` takes that from the library`,
      suggestion: `remove \`${key}\`, or \`use\``,
    });
  }
  const { use } = fields.values;
  if (use === undefined) return null;
  const entry = context.library.get(use);
  if (entry === undefined) {
    const near = nearestName(use, [...context.library.keys()]);
    complain({
      code: "R143",
      at: fields.at("use"),
      message: `there is no library signal \`${use}\``,
      suggestion: near === null ? "declare it in a `signals/v1` file" : `did you mean \`${near}\`?`,
    });
    return null;
  }
  if (entry.isBroken) {
    complain({
      code: "R145",
      at: fields.at("use"),
      message: `\`${use}\` has problems of its own in ${entry.path}`,
    });
    return null;
  }
  const declared: readonly Parameter[] = entry.fields.values.params ?? [];
  const at = fields.at("use");
  const given = fields.values.with ?? [];
  const values = bind(use, declared, given, at, complain);
  const draft = draftSignal(entry.fields, fields, () => declared, complain);
  if (values === null || draft === null || !areValues(given, context.profile?.file ?? null, complain))
    return null;
  const scope = { declared, values, at };
  return complete({ meaning: entry.fields, own: fields, draft, scope: () => scope, at }, context, complain);
}

type Parts = {
  readonly meaning: SignalFields;
  readonly own: SignalFields;
  readonly draft: SignalDraft;
  /** The parameters that a query may name. */
  readonly scope: (query: Text) => Scope;
  readonly at: Span;
};

function complete(parts: Parts, context: SignalContext, complain: Complain): PlacedSignal | null {
  const { meaning, own, draft, at } = parts;
  if (!statesLimit(own) && !statesLimit(meaning)) {
    complain({
      code: "R144",
      at,
      message: "the signal states no limit",
      suggestion: "add `advance:`, `halt:` or `rollback:`",
    });
  }
  if ((own.values.proves ?? meaning.values.proves) === true && !meaning.has("cohorts")) {
    complain({
      code: "R210",
      at: (own.has("proves") ? own : meaning).at("proves"),
      message: "a signal without cohorts proves nothing",
      suggestion: "give it `counts` and `cohorts`, or remove `proves`",
    });
  }
  const asked = QUERY_KEYS.flatMap((key) => meaning.values[key] ?? []);
  lintScrapes(asked, draft.limits, context.scrapeIntervalMs, complain);
  const queries = substituted(parts, complain);
  const measure = queries === null ? null : measureOf(parts, queries.get("query"), complain);
  const name = nameOf(parts, measure?.query ?? null, complain);
  if (queries === null || measure === null || name === null) return null;
  const { query } = measure;

  const value = <K extends keyof SignalFields["values"]>(key: K): SignalFields["values"][K] =>
    own.values[key] ?? meaning.values[key];
  const except = blindWindows(value("except") ?? [], context.windows, complain);
  const signal: Signal = {
    name,
    title: value("title") ?? null,
    owner: value("owner") ?? null,
    runbook: value("runbook") ?? null,
    source: context.source ?? "",
    measure,
    unit: draft.unit,
    better: draft.better,
    lagMs: value("lag") ?? 0,
    periodMs: value("period") ?? null,
    windowMs: draft.windowMs,
    settleMs: value("settle") ?? null,
    samples: queries.get("samples") ?? (draft.samples === null ? null : (inferCounts(query)?.total ?? null)),
    bad: queries.get("bad") ?? null,
    floor: value("floor") ?? 1,
    minBad: value("minBad") ?? 5,
    asOf: queries.get("asOf") ?? null,
    emptyIsZeroWitness: queries.get("witness") ?? null,
    gates: gatesOf(parts, complain),
    ...(value("proves") === true ? { proves: true } : {}),
    ...(except.length === 0 ? {} : { except }),
    ...(value("onNewData") === true ? { onNewData: true } : {}),
    missing: value("missingFor") ?? context.missing,
    advance: limitOf(draft, "advance")?.limit ?? null,
    halt: limitOf(draft, "halt")?.limit ?? null,
    rollback: limitOf(draft, "rollback")?.limit ?? null,
  };
  return { signal, at: own.has("name") ? own.at("name") : at, limits: draft.limits };
}

/** Each query of the signal with its parameters put in; null when one cannot be. */
function substituted({ meaning, scope }: Parts, complain: Complain): ReadonlyMap<string, string> | null {
  const queries = new Map<string, string>();
  let whole = true;
  for (const key of QUERY_KEYS) {
    const query = meaning.values[key];
    if (query === undefined) continue;
    const { values, at } = scope(query);
    const put = substitute(query, "query", values, at, complain);
    if (put === null) whole = false;
    else queries.set(key, put.text.trim());
  }
  return whole ? queries : null;
}

/** R161: what cohorts differ in is the flag, and no deploy. */
function gatesOf({ meaning, own }: Parts, complain: Complain): readonly Purpose[] {
  const given = own.values.gates ?? meaning.values.gates;
  // Of a list without one good item nobody knows what was meant; that it counts for nothing is not what is wrong.
  const written = given?.length === 0 ? undefined : given;
  const allowed: readonly Purpose[] = meaning.has("cohorts") ? ["advance", "finish"] : PURPOSES;
  if (written !== undefined && !written.every((purpose) => allowed.includes(purpose))) {
    const at = (own.values.gates === undefined ? meaning : own).at("gates");
    const message = "a signal with cohorts never gates a deploy: they differ in the flag alone";
    complain({ code: "R161", at, message, suggestion: "remove `deploy`" });
  }
  return written ?? allowed;
}

const PURPOSES: readonly Purpose[] = ["advance", "deploy", "finish"];

/** The counts are taken from the query as it is sent, so that they carry the same label values. */
function measureOf(
  { draft, meaning, scope }: Parts,
  query: string | undefined,
  complain: Complain,
): Measure | null {
  if (draft.countedMs !== null) return countersOf(meaning, draft.countedMs, scope, complain);
  if (query === undefined) return null;
  const counts = draft.counts === null ? null : inferCounts(query);
  return counts === null ? { kind: "plain", query } : { kind: "counts", query, ...counts };
}

function nameOf({ meaning, own, at }: Parts, query: string | null, complain: Complain): string | null {
  if (own.has("name")) return own.values.name ?? null;
  if (meaning !== own) return meaning.values.name ?? null;
  // A query that does not parse is complained about as such.
  if (query === null || !parse(query).ok) return null;
  const metric = firstMetric(query)
    ?.toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
  if (metric !== undefined && metric !== "") return metric;
  complain({
    code: "R141",
    at,
    message: "the query names no metric to call the signal by",
    suggestion: "add `name:`",
  });
  return null;
}

import type { Signal } from "../../domain/gate.ts";
import type { Limit } from "../../domain/limit.ts";
import { settleOf } from "../../domain/settle.ts";
import { durationText } from "../../text/duration-text.ts";
import { itemsOf, originBelow, originIn, type Sheet } from "./sheet.ts";
import { type EffectiveLine, type EffectiveValue, line, missingText, remark } from "./line.ts";
import { VERBS } from "../signal-limits.ts";
import { entryAt } from "./origin.ts";
import type { Value } from "../value.ts";

const FROM_QUERY = "inferred from the query";

export function signalLines(sheet: Sheet): EffectiveLine[] {
  const items = itemsOf(sheet, "signals");
  return sheet.gate.signals.flatMap((signal, index) => {
    const use = sheet.fields.values.signals?.[index]?.values.use;
    const library = use === undefined ? undefined : sheet.library.get(use)?.root;
    return linesOf({ sheet, signal, item: items[index], library, path: `signals[${index}]` });
  });
}

type Placed = {
  readonly sheet: Sheet;
  readonly signal: Signal;
  readonly item: Value | undefined;
  /** What the library says; undefined: the signal brings its own query. */
  readonly library: Value | undefined;
  readonly path: string;
};

function linesOf(placed: Placed): EffectiveLine[] {
  const { signal, path, sheet } = placed;
  const said = (key: string, value: EffectiveValue | null, otherwise = "default"): EffectiveLine[] =>
    value === null ? [] : [line(`${path}.${key}`, value, originOf(placed, key, otherwise))];
  const { measure } = signal;
  const isInferred = measure.kind !== "plain" || signal.unit === "ratio";
  return [
    ...said("name", signal.name, FROM_QUERY),
    ...useRemarks(placed),
    ...said("title", signal.title),
    ...said("owner", signal.owner),
    ...said("runbook", signal.runbook),
    ...(measure.kind === "counters" ? counterLines(placed, measure) : said("query", measure.query)),
    ...countRemarks(placed),
    ...said("unit", signal.unit, isInferred ? FROM_QUERY : "default"),
    ...said("better", signal.better, isInferred ? FROM_QUERY : "inferred from the limits"),
    ...VERBS.flatMap((verb) => said(verb, limitValue(signal[verb]))),
    ...said("samples", signal.samples, FROM_QUERY),
    ...floorOf(placed, "floor", signal.floor),
    ...said("bad", signal.bad),
    ...floorOf(placed, "minBad", signal.minBad),
    ...said("lag", durationText(signal.lagMs)),
    ...said("period", signal.periodMs === null ? null : durationText(signal.periodMs)),
    ...(measure.kind === "counters" ? [] : said("window", durationText(signal.windowMs), FROM_QUERY)),
    ...settleLines(placed),
    ...freshnessLines(placed),
    ...(signal.emptyIsZeroWitness === null ? [] : said("emptyIs", 0)),
    ...said("witness", signal.emptyIsZeroWitness),
    ...said("missingFor", missingText(signal.missing), originIn(sheet, "default", "data", "missingFor")),
    ...said("gates", signal.gates),
    ...said("except", signal.except?.map(({ name }) => name) ?? null),
    ...said("onNewData", signal.onNewData ?? null),
    ...said("proves", signal.proves ?? null),
  ];
}

function counterLines(
  placed: Placed,
  { bad, total, windowMs, cohorts }: Extract<Signal["measure"], { readonly kind: "counters" }>,
): EffectiveLine[] {
  const { path } = placed;
  const [counts, sides] = [originOf(placed, "counts", "default"), originOf(placed, "cohorts", "default")];
  return [
    line(`${path}.counts.bad`, bad, counts),
    line(`${path}.counts.total`, total, counts),
    ...(cohorts === null
      ? []
      : [
          line(`${path}.cohorts.candidate`, cohorts.candidate, sides),
          line(`${path}.cohorts.control`, cohorts.control, sides),
        ]),
    line(`${path}.window`, durationText(windowMs), originOf(placed, "window", "default")),
  ];
}

/** A limit as a file would hold it. */
function limitValue(limit: Limit | null): EffectiveValue | null {
  if (limit?.to === undefined) return limit?.text ?? null;
  return { when: limit.text, to: limit.to };
}

/** Where the key of a signal is written: by the gate or its profile, else by the library. */
function originOf({ sheet, item, library }: Placed, key: string, otherwise: string): string {
  return originBelow(sheet, item, originBelow(sheet, library, otherwise, key), key);
}

/** Floors are of ratios; elsewhere one is only there when somebody wrote it. */
function floorOf(placed: Placed, key: "floor" | "minBad", value: number): EffectiveLine[] {
  const origin = originOf(placed, key, "default");
  const counts = placed.signal.unit === "ratio" || origin !== "default";
  return counts ? [line(`${placed.path}.${key}`, value, origin)] : [];
}

/** What the lines were made from, for a signal of a library. */
function useRemarks({ sheet, item, path }: Placed): EffectiveLine[] {
  const use = entryAt(item, "use");
  if (use === null || use.value.kind !== "scalar") return [];
  const given = entryAt(item, "with")?.value;
  const values = given?.kind === "map" ? given.entries : [];
  return [
    remark(`${path}.use`, String(use.value.value), sheet.origins.of(use)),
    ...values.map((entry) =>
      remark(
        `${path}.with.${entry.key}`,
        entry.value.kind === "scalar" ? String(entry.value.value) : "",
        sheet.origins.of(entry),
      ),
    ),
  ];
}

/** A key `bad` would make it a plain value: these are read in place of the query. */
function countRemarks({ signal: { measure }, path }: Placed): EffectiveLine[] {
  if (measure.kind !== "counts") return [];
  return [
    remark(`${path}.counts.bad`, measure.bad, FROM_QUERY),
    remark(`${path}.counts.total`, measure.total, FROM_QUERY),
  ];
}

function settleLines(placed: Placed): EffectiveLine[] {
  const { signal, path, sheet } = placed;
  const propagationMs = sheet.gate.flag?.propagationMs ?? 0;
  const settleMs = settleOf(signal, propagationMs, sheet.defaults.scrapeIntervalMs);
  const declared =
    signal.settleMs === null
      ? []
      : [line(`${path}.settle`, durationText(signal.settleMs), originOf(placed, "settle", "default"))];
  if (signal.settleMs === settleMs) return declared;
  const ofTheData = signal.lagMs + Math.max(2 * (signal.periodMs ?? 0), signal.windowMs);
  const why =
    signal.settleMs === null && settleMs === ofTheData
      ? "derived from lag, period and window"
      : "derived from the flag's propagation";
  return [...declared, remark(`${path}.settle`, durationText(settleMs), why)];
}

function freshnessLines(placed: Placed): EffectiveLine[] {
  const { signal, path } = placed;
  return signal.asOf === null
    ? [remark(`${path}.asOf`, "the newest sample of every series it reads", "derived from the query")]
    : [line(`${path}.asOf`, signal.asOf, originOf(placed, "asOf", "default"))];
}

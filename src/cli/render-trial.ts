import type { AlertRule } from "../domain/alert.ts";
import { formatMillis } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";
import { staleSelector } from "../domain/inquiry.ts";
import type { Freshness, Unknown } from "../domain/reading.ts";
import { formatValue } from "../domain/value-text.ts";
import { printable } from "../gatefile/invisible.ts";
import type { Episodes, Past } from "../trial/past.ts";
import type { AlertTrial, QueryTrial } from "../trial/trial.ts";
import { alignColumns, shorten } from "./columns.ts";
import type { Look } from "./evidence-tree.ts";
import { sparkline } from "./sparkline.ts";
import { tellVerdict } from "./words.ts";

type Row = readonly [name: string, text: string];

type Wide = Look & { readonly columns: number };

/** How one value is shown; an alert has none. */
type Show = ((value: number) => string) | null;

/** What is tried as it stands now, as it stood, and as the gate it could become. */
export function renderTrial(trial: QueryTrial | AlertTrial, last: string, look: Wide): string {
  const { judgement, past, gate } = trial;
  const told = tellVerdict(judgement.verdict);
  const show: Show = trial.kind === "query" ? (value) => formatValue({ unit: trial.unit.is }, value) : null;
  const better = trial.kind === "query" ? trial.unit.better : "lower";
  return [
    `${look.paint[told.tone](`${told.icon} ${told.word}`)}: ${printable(judgement.message)}${note(trial)}`,
    ...table(trial.kind === "query" ? queryRows(trial) : alertRows(trial)),
    "",
    ...pastLines(past, last, { show, better, isAlert: trial.kind === "alert" }, look),
    ...gateLines(gate),
  ].join("\n");
}

function note(trial: QueryTrial | AlertTrial): string {
  if (trial.kind === "alert") return "";
  if (trial.limits.suggested) return " (by suggested limits: none were given)";
  return Object.values(trial.limits).some((limit) => typeof limit === "string")
    ? ""
    : " (no limits were given)";
}

function table(rows: readonly Row[]): readonly string[] {
  return alignColumns(rows.map(([name, text]) => [{ text: `  ${name}` }, { text: printable(text) }]));
}

function queryRows(trial: QueryTrial): readonly Row[] {
  const { unit, freshness, shape, remarks, at } = trial;
  return [
    ["unit", `${unit.is === "none" ? "plain number" : unit.is}, ${unit.better} is better: ${unit.why}`],
    ...freshRows(freshness, at),
    ...(shape === null || shape.count === 1 ? [] : seriesRows(shape)),
    ...remarks.map((remark): Row => ["note", remark]),
  ];
}

function seriesRows(shape: NonNullable<QueryTrial["shape"]>): readonly Row[] {
  if (shape.count === 0) return [["series", "none now"]];
  const differing = shape.differing.map(({ label, values }) => `${label} (${values.join(", ")})`);
  const rows: Row[] = [
    ["series", `${shape.count}, and one is needed; they differ in ${differing.join("; ")}`],
  ];
  if (shape.asOne !== null) rows.push(["as one", shape.asOne]);
  return rows;
}

function freshRows(freshness: Freshness | null, at: Instant): readonly Row[] {
  if (freshness === null) return [];
  if (freshness.kind === "unknown") return [["fresh", `not known: ${freshness.detail}`]];
  if (freshness.selectors.length === 0) return [];
  return freshness.selectors.map((each): Row => {
    const { selector, newest, scrapeIntervalMs } = each;
    const stale = staleSelector([each], 0, at) === null ? "" : ": stale";
    const age = newest === null ? "no sample now" : `${formatMillis(Math.max(0, at - newest))} old`;
    return ["fresh", `${selector}: ${age}, every ${formatMillis(scrapeIntervalMs)}${stale}`];
  });
}

function alertRows({ rules, judgement, at }: AlertTrial): readonly Row[] {
  return [
    ...rules.flatMap((rule) => ruleRows(rule, at)),
    ...judgement.active.map((alert): Row => {
      const labels = Object.entries(alert.labels).map(([name, value]) => `${name}="${value}"`);
      const since = formatMillis(at - alert.activeAt);
      return [alert.state, `${alert.rule}, condition true for ${since}: ${labels.join(", ")}`];
    }),
    ...judgement.notes.map((remark): Row => ["note", remark]),
  ];
}

function ruleRows(rule: AlertRule, at: Instant): readonly Row[] {
  const severity = rule.labels["severity"];
  const does = severity === "critical" ? "rolls back" : "halts";
  const labels = severity === undefined ? "" : ` (severity ${severity})`;
  const health = rule.lastError === null ? rule.health : `${rule.health} (${rule.lastError})`;
  return [
    ["rule", `${rule.name} of ${rule.group}: ${health}; pending waits, firing${labels} ${does}`],
    ["query", `${rule.query}${rule.forMs === 0 ? "" : ` for ${formatMillis(rule.forMs)}`}`],
    ...freshRows(rule.freshness, at),
  ];
}

type Meaning = { readonly show: Show; readonly better: "lower" | "higher"; readonly isAlert: boolean };

function pastLines(past: Past | Unknown, last: string, meaning: Meaning, look: Wide): readonly string[] {
  if ("kind" in past) return [printable(`${last} cannot be read: ${past.reason}: ${past.detail}`)];
  const { share, halts, rollbacks, stepMs } = past;
  const line = sparkOf(past, meaning, look.columns - last.length - 4);
  const shares = (["good", "wait", "halt", "rollback"] as const).map(
    (verdict) =>
      `${meaning.isAlert && verdict === "good" ? "inactive" : tellVerdict(verdict).word} ${part(share[verdict])}`,
  );
  shares.push(`missing ${part(share.missing)}`);
  const rows: Row[] = [
    ["said", `${shares.join(", ")}; one look each ${formatMillis(stepMs)}`],
    ["stops", stopsText(halts, rollbacks)],
    ...valueRows(past, meaning.show),
  ];
  if (meaning.isAlert)
    rows.push(["note", "an inactive alert proves no health: see how fresh what it reads is"]);
  return [`${last}  ${line}`, ...table(rows)];
}

/** Of an alert: how bad it was. */
function sparkOf({ points }: Past, { show, better }: Meaning, width: number): string {
  if (show !== null)
    return sparkline(
      points.map(({ value }) => value),
      width,
      better,
    );
  const weight = { missing: null, good: 0, wait: 1, halt: 2, rollback: 3 };
  return sparkline(
    points.map(({ said }) => weight[said]),
    width,
    "lower",
  );
}

function valueRows({ values }: Past, show: Show): readonly Row[] {
  if (values === null || show === null) return [];
  const named = (["min", "p50", "p95", "p99", "max"] as const).map((name) => `${name} ${show(values[name])}`);
  return [["values", named.join(", ")]];
}

function stopsText(halts: Episodes, rollbacks: Episodes): string {
  const told = [
    ...(halts.times === 0 ? [] : [`halted ${episodes(halts)}`]),
    ...(rollbacks.times === 0 ? [] : [`rolled back ${episodes(rollbacks)}`]),
  ];
  return told.length === 0 ? "it would have stopped nothing" : `it would have ${told.join("; ")}`;
}

function episodes({ times, longestMs }: Episodes): string {
  const longest = formatMillis(longestMs);
  return times === 1 ? `once, for ${longest}` : `${times} times, the longest for ${longest}`;
}

function part(share: number): string {
  if (share > 0 && share < 0.001) return "<0.1%";
  return `${Number((share * 100).toFixed(1))}%`;
}

function gateLines(gate: string | null): readonly string[] {
  if (gate === null) return [];
  return ["", "A gate to begin with:", "", ...gate.trimEnd().split("\n").map(printable)];
}

const SHOWN_QUERY = 60;

export function plainTrial(trial: QueryTrial | AlertTrial): readonly (readonly string[])[] {
  const { judgement, exitCode, past } = trial;
  const subject = shorten(trial.kind === "query" ? trial.query : trial.match, SHOWN_QUERY);
  const first = [subject, judgement.verdict, judgement.code, String(exitCode), judgement.message];
  if ("kind" in past) return [first];
  const shares = Object.entries(past.share).map(([said, share]) => [said, String(share)]);
  return [
    first,
    ...shares,
    ["halts", String(past.halts.times), String(past.halts.longestMs)],
    ["rollbacks", String(past.rollbacks.times), String(past.rollbacks.longestMs)],
  ];
}

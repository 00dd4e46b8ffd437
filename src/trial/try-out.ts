import { parseMatchers } from "../matchers/matchers.ts";
import { parse } from "../promql/parse.ts";
import { nearestName } from "../text/nearest-name.ts";
import { quoted } from "./proposal/promql-text.ts";
import type { Trial, TryAsked } from "./trial.ts";
import { tryAlert } from "./try-alert.ts";
import { type TrialPorts, tryQuery } from "./try-query.ts";

const NAME = /^[A-Za-z_][\w:]*$/;
const MOST_NEAREST = 5;

/** Tries what was written for what it is: an alert that exists, else a query. */
export async function tryOut(asked: TryAsked, ports: TrialPorts): Promise<Trial> {
  const text = asked.text.trim();
  const trimmed = { ...asked, text };
  if (text.startsWith("{")) return tryBraces(trimmed, ports);
  const isName = NAME.test(text);
  if (!isName && parse(text).ok) return tryQuery(trimmed, ports);

  const rules = await ports.catalogue.allAlertRules(asked.source);
  const names = rules.kind === "known" ? rules.rules.map(({ name }) => name) : [];
  if (names.includes(text)) return tryAlert(trimmed, isName ? text : `{alertname=${quoted(text)}}`, ports);
  if (!isName) return tryQuery(trimmed, ports);

  const series = await ports.catalogue.seriesOf(asked.source, text, asked.now, 1);
  // What cannot be looked up may well be there; then the query itself says why it cannot be read.
  if (series.kind === "unknown" || series.series.length > 0) return tryQuery(trimmed, ports);
  return { kind: "unheard", text, nearest: await nearestOf(trimmed, names, ports) };
}

/** Matchers of alerts look like a selector without a name, and nobody means every series that has a label. */
async function tryBraces(asked: TryAsked, ports: TrialPorts): Promise<Trial> {
  const parsed = parseMatchers(asked.text);
  if (!parsed.ok || parsed.matchers.some(({ label }) => label === "__name__")) return tryQuery(asked, ports);
  const found = await ports.metrics.alertRules(asked.source, parsed.matchers, asked.now);
  if (found.kind === "unknown" || found.rules.length > 0) return tryAlert(asked, asked.text, ports);
  const all = await ports.catalogue.allAlertRules(asked.source);
  const names = all.kind === "known" ? all.rules.map(({ name }) => name) : [];
  return { kind: "unheard", text: asked.text, nearest: [...new Set(names)].slice(0, MOST_NEAREST) };
}

async function nearestOf(
  { text, source }: TryAsked,
  alerts: readonly string[],
  { catalogue }: TrialPorts,
): Promise<readonly string[]> {
  const metadata = await catalogue.metadata(source, null);
  const metrics = metadata.kind === "known" ? metadata.metrics.map(({ name }) => name) : [];
  const near = [nearestName(text, alerts), nearestName(text, metrics)].filter((name) => name !== null);
  const containing = [...alerts, ...metrics].filter((name) =>
    name.toLowerCase().includes(text.toLowerCase()),
  );
  return [...new Set([...near, ...containing])].slice(0, MOST_NEAREST);
}

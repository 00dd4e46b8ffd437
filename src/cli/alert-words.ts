import type { ActiveAlertBody, AlertBody } from "../api/alert.ts";
import type { LocalTime } from "./local-time.ts";
import { tellVerdict } from "./words.ts";

/** More active alerts of one guard than this are counted, not named. */
const NAMED = 5;

/** What a guard says, in one line. */
export function guardLine({ code, message }: AlertBody): string {
  return code === "missing" ? `missing: ${message}` : message;
}

/** Guards that stand in the way, or that nothing alerts. */
export function guardsLine(alerts: readonly AlertBody[]): string {
  const others = alerts.filter(({ verdict }) => verdict !== "good");
  if (others.length === 0) return "none active";
  return others
    .map((alert) => `${alert.guard} ${tellVerdict(alert.verdict).word}: ${guardLine(alert)}`)
    .join("; ");
}

/** What one line cannot hold: every active alert where there are several, and what people should know about the guard. */
export function guardDetails({ active, notes }: AlertBody, time: LocalTime): readonly string[] {
  const kinds = active.length < 2 ? [] : [...Map.groupBy(active, kindOf).values()];
  const named = kinds.slice(0, NAMED).map((alike) => activeLine(alike, time));
  const rest = kinds.slice(NAMED).flat().length;
  return [...named, ...(rest === 0 ? [] : [`and ${rest} more`]), ...notes];
}

/** Alerts of one rule differ in labels alone more often than not. */
function kindOf({ rule, state, silence }: ActiveAlertBody): string {
  return JSON.stringify([rule, state, silence?.id]);
}

function activeLine(alike: readonly ActiveAlertBody[], time: LocalTime): string {
  const [first] = alike;
  if (first === undefined) return "";
  const times = alike.length === 1 ? "" : ` ×${alike.length}`;
  const since = time.short(Math.min(...alike.map(({ activeAt }) => Date.parse(activeAt))));
  const told = `${first.rule} ${first.state}${times}, condition true since ${since}`;
  if (first.silence === null) return told;
  const { by, endsAt, comment } = first.silence;
  return `${told}, silenced by ${by} until ${time.short(Date.parse(endsAt))}: ${comment}`;
}

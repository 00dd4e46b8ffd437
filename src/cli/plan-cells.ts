import { DAY, formatMillis } from "../domain/instant.ts";
import type {
  BlindSpot,
  Entry,
  Estimate,
  GatePlan,
  PastHalts,
  PlannedStep,
  Wait,
} from "../trial/plan/plan.ts";
import type { LocalTime } from "./local-time.ts";

export const HEADINGS = [
  "STEP",
  "EXPOSED",
  "PER HOUR",
  "PROVES",
  "EVIDENCE READY",
  "EARLIEST",
  "CANNOT SEE YET",
] as const;

/** One step as the cells of a table, one for each heading. */
export function cellsOf(step: PlannedStep, time: LocalTime): readonly string[] {
  return [
    step.approvals.length > 0 ? `${step.number} ✋` : String(step.number),
    step.name,
    countText(step.perHour),
    provesText(step),
    readyText(step),
    entryText(step.entry, time),
    step.blind.length === 0 ? "-" : step.blind.map(blindText).join("; "),
  ];
}

/** Everything the table leaves out, a line each: why a cell is empty, who approves, when it is over. */
export function notesOf(
  { steps, traffic, finish, halts, remarks }: GatePlan,
  time: LocalTime,
): readonly string[] {
  if (steps.length === 0) return remarks.map((remark) => `${remark}.`);
  return [
    traffic.kind === "known"
      ? `Traffic: ${amount(traffic.perHour)} outcomes of ${traffic.signal} an hour, on average over ${hoursText(traffic.hours)} of the last 24.`
      : `Traffic: not known: ${traffic.why}.`,
    ...steps.flatMap((step) => notesOfStep(step, traffic.kind === "known" ? null : traffic.why)),
    `Finished: ${entryText(finish, time)}${finish.kind === "at" ? " at the earliest" : ""}${reasonOf(finish)}.`,
    `Halts: ${haltsText(halts)}.`,
    ...remarks.map((remark) => `${remark}.`),
  ];
}

const MONTH = 30 * DAY;

function haltsText(halts: PastHalts): string {
  if (halts.kind === "unknown") return `how often these limits halt is not known: ${halts.why}`;
  const { times, overMs, unread } = halts;
  const monthly = amount((times * MONTH) / overMs);
  const rest = unread.length === 0 ? "" : `; without ${unread.join(", ")}, which had no data`;
  return `about ${monthly} a month at these limits: ${times} in the last ${formatMillis(overMs)}, whatever went on then${rest}`;
}

function hoursText(hours: number): string {
  return `${hours} ${hours === 1 ? "hour" : "hours"}`;
}

/** `told`: a reason that is said of all steps already. */
function notesOfStep(
  { number, approvals, evidence, perHour }: PlannedStep,
  told: string | null,
): readonly string[] {
  const reasons = [evidence, perHour].flatMap((each) =>
    "why" in each && each.why !== told ? [each.why] : [],
  );
  return [
    ...approvals.map((by) => `Step ${number} ✋ asks for an approval: ${by}.`),
    ...[...new Set(reasons)].map((why) => `Step ${number}: ${why}.`),
  ];
}

function reasonOf(entry: Entry): string {
  return entry.kind === "at" ? "" : `: ${entry.why}`;
}

function countText(estimate: Estimate): string {
  return estimate.kind === "known" ? amount(estimate.value) : "-";
}

/** Below ten a fraction still says something. */
function amount(value: number): string {
  return (value < 10 ? Number(value.toPrecision(2)) : Math.round(value)).toLocaleString("en-US");
}

function provesText({ proof, isLast }: PlannedStep): string {
  if (isLast) return "bake";
  if (proof === null) return "-";
  const needed = proof.noneBad === null ? "" : ` (${amount(proof.noneBad)})`;
  return `bad < ${proof.text}${needed}`;
}

function readyText({ proof, evidence, holdMs, isLast }: PlannedStep): string {
  if (isLast) return formatMillis(Math.max(holdMs, evidence.kind === "known" ? evidence.ms : 0));
  const one =
    proof?.oneBad != null && proof.oneBadWait.kind === "known"
      ? `, one bad ${waitText(proof.oneBadWait)}`
      : "";
  return `${waitText(evidence)}${one}`;
}

function waitText(wait: Wait): string {
  switch (wait.kind) {
    case "known":
      return formatMillis(wait.ms);
    case "unknown":
      return "-";
    case "never":
      return "never";
  }
}

function entryText(entry: Entry, time: LocalTime): string {
  switch (entry.kind) {
    case "at":
      return time.day(entry.at);
    case "after":
      return `after ${time.day(entry.at)}`;
    case "never":
      return "never";
  }
}

function blindText({ signal, below }: BlindSpot): string {
  return below >= 1
    ? `${signal}: any loss`
    : `${signal}: losses below ${Number((below * 100).toPrecision(2))}%`;
}

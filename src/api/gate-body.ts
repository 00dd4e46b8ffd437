import { audienceIn } from "../domain/audience.ts";
import type { Problem } from "../domain/problem.ts";
import type { GateRecord } from "../domain/record.ts";
import type { GateView } from "../domain/view.ts";
import { askingOf, promisesAsked } from "../domain/promise.ts";
import { approvalBody } from "./approval.ts";
import { becauseBody } from "./because.ts";
import type { GateBody, GateSummary } from "./gate.ts";
import { decisionUrl, gateUrl } from "./links.ts";
import { promiseBody } from "./promise.ts";
import { statusBody, wouldBody } from "./status.ts";
import { isoTime, isoTimeOrNull, wholeSeconds } from "./wire-time.ts";

/** What a reply is rendered with: where people reach this server, and where each source is. */
export type Addresses = {
  readonly publicUrl: string;
  readonly sourceUrls: Readonly<Record<string, string>>;
};

export function gateSummary(view: GateView, addresses: Addresses): GateSummary {
  const { gate, status } = view;
  const would = status.mode === "observe" ? status.woulds.at(-1) : undefined;
  return {
    name: view.name,
    title: gate?.title ?? null,
    owner: gate?.owner ?? null,
    environment: gate?.flag?.environment ?? null,
    flag: gate?.flag?.name ?? null,
    state: status.state,
    mode: status.mode,
    verdict: status.verdict,
    open: status.open,
    exitCode: status.exitCode,
    exposure: { ...status.exposure },
    step: { ...status.step },
    because: status.because.map(becauseBody),
    would: would === undefined ? null : wouldBody(would),
    retryAt: isoTimeOrNull(status.retryAt),
    changedAt: isoTimeOrNull(view.record.exposure.changedAt),
    decision: status.decision,
    url:
      status.decision === null
        ? gateUrl(addresses.publicUrl, view.name)
        : decisionUrl(addresses.publicUrl, status.decision),
  };
}

export function gateBody(view: GateView, addresses: Addresses): GateBody {
  const { gate, record } = view;
  const service = gate?.service ?? null;
  return {
    ...gateSummary(view, addresses),
    runbook: gate?.runbook ?? null,
    service,
    onDeploy: service === null ? null : (gate?.onDeploy ?? null),
    version: record.version,
    definition: { hash: view.definition.hash, status: view.definition.status },
    problems: view.problems.map(problemLine),
    steps: (gate?.steps ?? []).map((step) => ({
      to: step.to,
      ...audienceIn(step ?? null),
      hold: wholeSeconds(step.holdMs),
      approval: step.approve.length > 0,
    })),
    since: isoTimeOrNull("since" in record.ramp ? record.ramp.since : record.exposure.setAt),
    run: runBody(record),
    held: wholeSeconds(record.holdMs),
    baked: wholeSeconds(record.bakeMs),
    drift: record.drift.map((drift) => ({
      kind: drift.kind,
      message: drift.message,
      observed: drift.observed,
      by: drift.by,
      at: isoTime(drift.at),
    })),
    request: requestBody(view),
    promises: promiseBodies(view),
    status: statusBody(
      view.status,
      { signals: gate?.signals ?? [], sourceUrls: addresses.sourceUrls },
      addresses.publicUrl,
    ),
  };
}

export function requestBody(view: Pick<GateView, "gate" | "request">): GateBody["request"] {
  const { request } = view;
  if (request === null) return null;
  const step = view.gate?.steps[request.step - 1];
  return {
    adopts: request.adopts,
    step: request.step,
    to: step?.to ?? null,
    ...audienceIn(step ?? null),
    decision: request.decision,
    needed: [...request.needed],
    given: request.given.map(approvalBody),
  };
}

export function promiseBodies({ gate, record, definition }: GateView): GateBody["promises"] {
  return gate === null ? [] : promisesAsked(gate, askingOf(record, definition)).map(promiseBody);
}

function problemLine(problem: Problem): GateBody["problems"][number] {
  const { file, line, column, code, severity, message, suggestion } = problem;
  return { file, line, column, code, severity, message, suggestion };
}

function runBody(record: GateRecord): GateBody["run"] {
  const { run } = record;
  if (run === null) return null;
  return {
    id: run.id,
    startedAt: isoTime(run.startedAt),
    startedBy: run.startedBy,
    change: run.change,
    definition: run.definition,
    ceiling: run.ceiling,
  };
}

import { statusBody } from "../../../src/api/status.ts";
import type { CheckFileOutcome, CheckFileRequest } from "../../../src/cli/standalone/check-file.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { checkGate } from "../../../src/trial/check-gate.ts";
import { aGate, aGuard, anActiveAlert, anAlertRule, aSignal, NOON } from "../../support/builders.ts";
import { createScriptedHistory } from "../../support/scripted-history.ts";
import { createScriptedMetrics, type ScriptedMetrics } from "../../support/scripted-metrics.ts";
import { createScriptedSilencers } from "../../support/scripted-silencers.ts";
import type { Scripts } from "../scripted-standalone.ts";

const GATE = aGate({ name: "erp", flag: null, steps: [], signals: [aSignal()], alerts: [aGuard()] });

/** What the engine says of a gate with one signal and one guard, about a source that says this. */
function checked(said: (metrics: ScriptedMetrics) => void) {
  return async ({ file, purpose }: CheckFileRequest): Promise<CheckFileOutcome> => {
    const metrics = createScriptedMetrics();
    metrics.setAlertRules(() => ({ kind: "known", rules: [anAlertRule()] }));
    said(metrics);
    const ports = {
      metrics,
      history: createScriptedHistory(),
      silencers: createScriptedSilencers(),
      flags: null,
    };
    const answer = await checkGate({ gate: GATE, hash: "sha256:aa", purpose, now: NOON }, ports);
    const body = statusBody(answer, { signals: GATE.signals, sourceUrls: {} }, "");
    return { kind: "checked", body: { ...body, url: file }, everyMs: 15 * SECOND };
  };
}

export const CHECK_FILE_OUTCOMES: Scripts<CheckFileRequest, CheckFileOutcome> = {
  open: checked((metrics) => metrics.set("errors", 0.001)),
  closed: checked((metrics) => metrics.set("errors", 0.015)),
  halted: checked((metrics) => {
    metrics.set("errors", 0.001);
    const active = [anActiveAlert({ activeAt: NOON - 10 * MINUTE })];
    metrics.setAlertRules(() => ({ kind: "known", rules: [anAlertRule({ active })] }));
  }),
  blind: checked((metrics) => metrics.fail("unreachable")),
  hostile: checked((metrics) =>
    metrics.set("errors", { kind: "unknown", reason: "http-503", detail: "gone \u001b[2J\u202e away" }),
  ),
  faulty: () => ({
    kind: "faulty",
    problems: [
      {
        file: "gates/erp.yaml",
        line: 2,
        column: 1,
        length: 4,
        code: "R101",
        severity: "error",
        message: "unknown key `hodl`",
        suggestion: "hold",
      },
    ],
    texts: new Map([["gates/erp.yaml", "schema: gate/v1\nhodl: 5m\n"]]),
  }),
  unreadable: ({ file }) => ({ kind: "unusable", message: `${file} cannot be read` }),
};

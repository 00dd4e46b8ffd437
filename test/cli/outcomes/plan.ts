import type { PlanOutcome, PlanRequest } from "../../../src/cli/standalone/plan.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { PastHalts } from "../../../src/trial/plan/plan.ts";
import { planGate } from "../../../src/trial/plan/plan-gate.ts";
import {
  NOON,
  aCohorts,
  aDemand,
  aFlagTarget,
  aGate,
  aLimit,
  aSignal,
  aStep,
} from "../../support/builders.ts";
import { createScriptedHistory, type ScriptedHistory } from "../../support/scripted-history.ts";
import type { Scripts } from "../scripted-standalone.ts";

/** What a file plans. */
export const ERP = aGate({
  name: "erp",
  everyMs: MINUTE,
  flag: aFlagTarget({ propagationMs: 15 * SECOND }),
  steps: [
    aStep({ to: 1, holdMs: 4 * HOUR, prove: { text: "10%", ratio: 0.1 } }),
    aStep({
      to: 25,
      holdMs: 12 * HOUR,
      prove: { text: "0.5%", ratio: 0.005 },
      approve: [aDemand({ by: "release" })],
    }),
    aStep({ to: 50, holdMs: DAY }),
    aStep({ to: 100 }),
  ],
  bakeMs: 7 * DAY,
  signals: [
    aCohorts({ name: "bad-outcomes" }),
    aSignal({
      name: "missing",
      measure: { kind: "plain", query: "missing" },
      rollback: aLimit("above 0.2%"),
    }),
  ],
});

export const SHORT: Gate = { ...ERP, steps: ERP.steps.slice(-1) };

/** What runs of it. */
export const ERP_BEFORE: Gate = {
  ...ERP,
  steps: ERP.steps.map((step) => (step.to === 25 ? { ...step, holdMs: DAY } : step)),
  signals: ERP.signals.filter(({ name }) => name !== "missing"),
};

function planned(gates: readonly Gate[], said: ((history: ScriptedHistory) => void) | null) {
  return async (): Promise<PlanOutcome> => {
    const history = createScriptedHistory();
    said?.(history);
    const halts: PastHalts = { kind: "known", times: 1, overMs: 7 * DAY, unread: ["bad-outcomes"] };
    const from = said === null ? null : { history, pastHalts: async () => halts };
    const all = await Promise.all(
      gates.map(async (gate) => {
        return { gate, plan: await planGate({ gate, scrapeIntervalMs: 15 * SECOND, now: NOON }, from) };
      }),
    );
    const remarks = said === null ? ["no Prometheus is named"] : [];
    return { kind: "planned", planned: all, onTrust: { source: "main" }, remarks };
  };
}

/** Nobody is exposed yet: 208 an hour, none bad. */
function counting(history: ScriptedHistory): void {
  history.set('sum(increase(total{v="off"}[1h]))', () => 208);
  history.set('sum(increase(bad{v="off"}[1h]))', () => 0);
}

export const PLAN_OUTCOMES = {
  planned: planned([ERP], counting),
  offline: planned([ERP], null),
  unseen: planned([ERP], (history) => history.fail("timeout")),
  hostile: planned(
    [
      {
        ...ERP,
        name: "erp",
        steps: [aStep({ audience: { kind: "segment", name: "a|b <c>\u001b[2J" } }), aStep({ to: 100 })],
      },
    ],
    counting,
  ),
  unbuilt: planned([{ ...ERP, calendars: ["peak-2026"], mode: "observe" }], counting),
  none: planned([], counting),
  both: planned([SHORT, { ...SHORT, name: "oms" }], counting),
  short: planned([SHORT], counting),
  watching: planned([aGate({ name: "watch", flag: null, steps: [] })], counting),
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
  unusable: ({ target }) => ({
    kind: "unusable",
    message: `there is no gate and no file \`${target}\` in gates`,
  }),
} satisfies Scripts<PlanRequest, PlanOutcome>;

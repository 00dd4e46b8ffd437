import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { AlertJudgement } from "../../src/domain/verdict.ts";
import { NOON } from "../support/fake-controller.ts";

export function guard(over: Partial<AlertJudgement>): AlertJudgement {
  return {
    guard: '{service="checkout"}',
    verdict: "good",
    code: "good",
    message: "its 2 rules are inactive",
    until: null,
    rules: ["CheckoutErrors", "CheckoutSlow"],
    active: [],
    notes: [],
    ...over,
  };
}

function active(rule: string, state: "pending" | "firing", instance: string, minutes: number) {
  const labels = { alertname: rule, service: "checkout", instance };
  return { rule, state, labels, activeAt: NOON - minutes * MINUTE, silence: null };
}

const SILENCE = { id: "s1", by: "anna", comment: "planned migration", endsAt: NOON + 2 * HOUR };

/** One guard of each kind: firing, silenced, missing, good. */
export const GUARDS = [
  guard({
    verdict: "halt",
    code: "firing",
    message: "CheckoutErrors is firing for 12m, and 3 more",
    active: [
      active("CheckoutErrors", "firing", "a:80", 17),
      active("CheckoutErrors", "firing", "b:80", 12),
      active("CheckoutSlow", "pending", "a:80", 2),
      { ...active("CheckoutSlow", "firing", "b:80", 90), silence: SILENCE },
    ],
  }),
  guard({
    guard: '{service="erp"}',
    verdict: "wait",
    code: "silenced",
    message: "ErpDown is firing for 1h30m, silenced by anna for another 2h: planned migration",
    rules: ["ErpDown"],
    active: [{ ...active("ErpDown", "firing", "erp:80", 90), silence: SILENCE }],
  }),
  guard({
    guard: '{service="pricing",severity=~"critical|page"}',
    verdict: "wait",
    code: "missing",
    message: "no alerting rule matches, for 12m",
    rules: [],
  }),
  guard({ guard: '{team="orders"}', message: "its rule is inactive", rules: ["OrdersLost"] }),
];

export const DEPLOY = {
  id: "chg_3",
  at: NOON - 40 * MINUTE,
  service: "checkout",
  version: "4f2a91c08d5be7a1f3c2d4e5f60718293a4b5c6d",
  by: "machine:ci",
  effect: "settle",
} as const;

export function would(hoursAgo: number, what: "advance" | "halt" | "rollback" | null, message: string) {
  return { at: NOON - hoursAgo * HOUR, would: what, set: 25, message };
}

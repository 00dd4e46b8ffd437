import { changeBody, deployEnteredBody } from "../../src/api/change.ts";
import { maintenanceBody } from "../../src/api/maintenance.ts";
import { problemBody } from "../../src/api/problem.ts";
import type { Change } from "../../src/domain/change.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/instant.ts";
import { NOON } from "../support/fake-controller.ts";

const LEDGER: readonly Change[] = [
  {
    kind: "exposure",
    id: "chg_4",
    at: NOON - 12 * MINUTE,
    gate: "erp-order-export-v2",
    flag: "erp-order-export-v2",
    environment: "production",
    from: 5,
    to: 25,
    by: "rampart",
    reason: "25% held 30m, all good",
    decision: "dec_8f31",
    verifiedAt: NOON - 12 * MINUTE,
  },
  {
    kind: "deploy",
    id: "chg_3",
    at: NOON - 40 * MINUTE,
    service: "checkout",
    version: "4f2a91c08d5be7a1f3c2d4e5f60718293a4b5c6d",
    by: "machine:ci",
    url: "https://ci.example.com/deploys/812",
  },
  {
    kind: "exposure",
    id: "chg_2",
    at: NOON - 3 * HOUR,
    gate: "tax-engine-v2",
    flag: "tax-engine",
    environment: "production",
    from: null,
    to: 0,
    by: null,
    reason: "lowered to 0% in Unleash; nobody is named in its event log for this flag and environment",
    decision: "dec_7a00",
    verifiedAt: NOON - 3 * HOUR,
  },
  {
    kind: "deploy",
    id: "chg_1",
    at: NOON - 20 * DAY,
    service: "pricing",
    version: "2026.2.1",
    by: "person:anna",
    url: null,
  },
];

const WORK = maintenanceBody({
  id: "mnt_1",
  source: "main",
  since: NOON,
  until: NOON + 2 * HOUR,
  by: "person:anna",
  reason: "Prometheus is upgraded",
});

/** What the scripted server may answer about deploys and the ledger. */
export const CHANGE_ANSWERS: Readonly<Record<string, unknown>> = {
  changes: { changes: LEDGER.map(changeBody), next: null },
  "changes-page": { changes: LEDGER.slice(0, 2).map(changeBody), next: "chg_3" },
  "no-changes": { changes: [], next: null },
  "changes-maintenance": {
    changes: [
      changeBody({
        kind: "maintenance",
        id: "chg_8",
        at: NOON - MINUTE,
        source: "main",
        event: "begun",
        until: NOON + 2 * HOUR,
        by: "person:anna",
        reason: "Prometheus is upgraded",
      }),
    ],
    next: null,
  },
  maintenance: { sources: ["main"], maintenance: [WORK] },
  "no-maintenance": { sources: ["eu", "main"], maintenance: [] },
  "maintenance-begun": { source: "main", maintenance: WORK, gates: ["erp-order-export-v2", "tax-engine-v2"] },
  "maintenance-ended": { source: "main", maintenance: null, gates: [] },
  "unknown-source": problemBody(
    "unknown-source",
    "there is no source of that name; the sources are: eu, main",
  ),
  deployed: deployEnteredBody({
    id: "chg_5",
    at: NOON,
    gates: [
      { gate: "erp-order-export-v2", effect: "settle" },
      { gate: "oms-state-machine-v3", effect: "restart-step" },
      { gate: "tax-engine-v2", effect: "note" },
    ],
  }),
  "deployed-nowhere": deployEnteredBody({ id: "chg_6", at: NOON, gates: [] }),
  "deployed-wrong": problemBody("invalid", "the body is not valid", {
    problems: [{ at: "body.at", message: "lies more than 7d before 2026-03-03T10:42:00Z" }],
  }),
  "no-changes-scope": problemBody("forbidden", "this machine (ci) has none of the scopes: changes", {
    scopes: ["changes"],
  }),
};

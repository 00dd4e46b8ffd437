import { z } from "zod";
import { ACTION_SCOPES } from "../domain/command.ts";
import type { Scope } from "../domain/principal.ts";
import { alertmanagerHookSchema, alertsHeardSchema } from "./alertmanager-hook.ts";
import { BACKUP_TYPE } from "./backup.ts";
import { changePageSchema, deployEnteredSchema, deployRequestSchema, serviceSchema } from "./change.ts";
import {
  acceptedSchema,
  actionRequestSchema,
  approvalsSchema,
  approveRequestSchema,
  promiseRequestSchema,
} from "./command.ts";
import { decisionPageSchema, decisionSchema } from "./decision.ts";
import { definitionSchema } from "./definition.ts";
import { gateListSchema, gateSchema } from "./gate.ts";
import { inboxSchema } from "./inbox.ts";
import { maintenanceListSchema, maintenanceOrderedSchema, maintenanceRequestSchema } from "./maintenance.ts";
import type { ProblemCode } from "./problem.ts";
import { replaySchema } from "./replay.ts";
import { purposeSchema, statusSchema } from "./status.ts";
import { issuedTokenSchema, tokenListSchema, tokenRequestSchema } from "./tokens.ts";

export type Method = "get" | "post" | "delete";

/** One address: who may use it, what it takes, what it answers. Mounting, checks, OpenAPI and tests all read this. */
export type Route = {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  /** Any one of these scopes lets a token in; a handler may ask for more. */
  readonly scopes: readonly Scope[];
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  /** Whether the same request twice must be one act. */
  readonly idempotent: boolean;
  readonly answers: {
    readonly status: number;
    /** Null: nothing, or no JSON. */
    readonly schema: z.ZodType | null;
    /** Of an answer that is no JSON. */
    readonly media?: string;
  };
  readonly refusals: readonly ProblemCode[];
};

const NO_QUERY = z.strictObject({});
const READ = ["read"] as const;
const COMMAND_REFUSALS = [
  "illegal-move",
  "watch-only",
  "not-ready",
  "flag",
  "preflight",
  "cooldown",
  "signals",
  "conflict",
] as const;

export const GATE_NAME = /^[a-z0-9-]{1,60}$/;

export const CURSOR = /^[A-Za-z0-9_.-]{1,100}$/;

const pageSchema = z.strictObject({
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, "must be a whole number from 1 to 100")
    .default("20"),
  cursor: z.string().regex(CURSOR, "must be a `next` of an earlier page").optional(),
});

const ledgerQuerySchema = pageSchema.extend({
  gate: z.string().regex(GATE_NAME, "must be the name of a gate").optional(),
  service: serviceSchema.optional(),
});

const statusQuerySchema = z.strictObject({
  for: purposeSchema.default("advance"),
  strict: z.enum(["0", "1"]).default("0"),
});

export const ROUTES = {
  listGates: {
    method: "get",
    path: "/v1/gates",
    summary: "All gates: state, exposure, why, and what next",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: gateListSchema },
    refusals: [],
  },
  getGate: {
    method: "get",
    path: "/v1/gates/{name}",
    summary: "One gate. Its ETag goes into If-Match",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: gateSchema },
    refusals: ["unknown-gate"],
  },
  getDefinition: {
    method: "get",
    path: "/v1/gates/{name}/definition",
    summary: "The definition of a gate that is in force",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: definitionSchema },
    refusals: ["unknown-gate"],
  },
  getStatus: {
    method: "get",
    path: "/v1/gates/{name}/status",
    summary:
      "Whether exposure may grow, a deploy may go out, or the ramp may end. 200 whether open or closed; with strict=1 the status code says it. `Prefer: wait=60` waits for open or for another answer",
    scopes: READ,
    query: statusQuerySchema,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: statusSchema },
    refusals: ["unknown-gate"],
  },
  listDecisions: {
    method: "get",
    path: "/v1/gates/{name}/decisions",
    summary: "A gate's decisions, newest first",
    scopes: READ,
    query: pageSchema,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: decisionPageSchema },
    refusals: ["unknown-gate"],
  },
  getDecision: {
    method: "get",
    path: "/v1/decisions/{id}",
    summary: "One decision with all its evidence",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: decisionSchema },
    refusals: ["unknown-decision"],
  },
  replayDecision: {
    method: "get",
    path: "/v1/decisions/{id}/replay",
    summary: "Makes the decision again from what it was made from, and says where it comes out otherwise",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: replaySchema },
    refusals: ["unknown-decision", "no-inputs"],
  },
  openDecision: {
    method: "get",
    path: "/d/{id}",
    summary: "The short address of a decision, as messages carry it",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 302, schema: null },
    refusals: [],
  },
  act: {
    method: "post",
    path: "/v1/gates/{name}/actions",
    summary: "Tell a gate to do something",
    scopes: [...new Set(Object.values(ACTION_SCOPES).flat())],
    query: NO_QUERY,
    body: actionRequestSchema,
    idempotent: true,
    answers: { status: 202, schema: acceptedSchema },
    refusals: ["unknown-gate", ...COMMAND_REFUSALS],
  },
  getApprovals: {
    method: "get",
    path: "/v1/gates/{name}/approvals",
    summary: "What waits for an approval, and what was given",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: approvalsSchema },
    refusals: ["unknown-gate"],
  },
  approve: {
    method: "post",
    path: "/v1/gates/{name}/approvals",
    summary: "Approve a step on the evidence of one decision, or say not yet",
    scopes: ["approve"],
    query: NO_QUERY,
    body: approveRequestSchema,
    idempotent: true,
    answers: { status: 202, schema: acceptedSchema },
    refusals: ["unknown-gate", "no-request", "stale-evidence", "not-eligible", ...COMMAND_REFUSALS],
  },
  promise: {
    method: "post",
    path: "/v1/gates/{name}/promises",
    summary: "Promise once what the gate asks for, in its words; it lasts for every run of the definition",
    scopes: ["approve"],
    query: NO_QUERY,
    body: promiseRequestSchema,
    idempotent: true,
    answers: { status: 202, schema: acceptedSchema },
    refusals: ["unknown-gate", "no-request", "not-eligible", "conflict"],
  },
  getInbox: {
    method: "get",
    path: "/v1/inbox",
    summary: "What waits for whoever asks, why, until when, and the command that settles it",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: inboxSchema },
    refusals: [],
  },
  listChanges: {
    method: "get",
    path: "/v1/changes",
    summary:
      "The ledger, newest first: deploys as told, every change of exposure, maintenance of sources. `gate` gives those of a gate with the deploys of its service, `service` the deploys of a service",
    scopes: READ,
    query: ledgerQuerySchema,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: changePageSchema },
    refusals: ["unknown-gate"],
  },
  tellDeploy: {
    method: "post",
    path: "/v1/changes",
    summary: "Tell that a version of a service went out. The gates of the service are evaluated at once",
    scopes: ["changes"],
    query: NO_QUERY,
    body: deployRequestSchema,
    idempotent: true,
    answers: { status: 201, schema: deployEnteredSchema },
    refusals: [],
  },
  listMaintenance: {
    method: "get",
    path: "/v1/maintenance",
    summary: "Maintenance of sources that is under way",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: maintenanceListSchema },
    refusals: [],
  },
  orderMaintenance: {
    method: "post",
    path: "/v1/sources/{name}/maintenance",
    summary: "Stop the clocks of what cannot be seen of a source for a while, or let them run again",
    scopes: ["operate"],
    query: NO_QUERY,
    body: maintenanceRequestSchema,
    idempotent: true,
    answers: { status: 201, schema: maintenanceOrderedSchema },
    refusals: ["unknown-source", "no-maintenance"],
  },
  hearAlerts: {
    method: "post",
    path: "/v1/hooks/alertmanager",
    summary: "For a webhook of Alertmanager. The gates whose guards the alerts concern are evaluated at once",
    scopes: ["changes"],
    query: NO_QUERY,
    body: alertmanagerHookSchema,
    idempotent: false,
    answers: { status: 202, schema: alertsHeardSchema },
    refusals: [],
  },
  listTokens: {
    method: "get",
    path: "/v1/tokens",
    summary: "All tokens, without their secrets",
    scopes: ["admin"],
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: tokenListSchema },
    refusals: [],
  },
  issueToken: {
    method: "post",
    path: "/v1/tokens",
    summary: "Make a token; the secret is shown this once",
    scopes: ["admin"],
    query: NO_QUERY,
    body: tokenRequestSchema,
    idempotent: false,
    answers: { status: 201, schema: issuedTokenSchema },
    refusals: [],
  },
  revokeToken: {
    method: "delete",
    path: "/v1/tokens/{id}",
    summary: "Take a token back, at once",
    scopes: ["admin"],
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 204, schema: null },
    refusals: ["unknown-token"],
  },
  takeBackup: {
    method: "post",
    path: "/v1/backups",
    summary:
      "A whole, compacted copy of the store as an SQLite file, with its SHA-256 in `Repr-Digest`. It holds tokens as digests only, and no key",
    scopes: ["admin"],
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: null, media: BACKUP_TYPE },
    refusals: [],
  },
  openapi: {
    method: "get",
    path: "/openapi.json",
    summary: "This description",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: { status: 200, schema: z.looseObject({}) },
    refusals: [],
  },
  explainProblem: {
    method: "get",
    path: "/problems/{code}",
    summary: "What a problem means and what to do about it",
    scopes: READ,
    query: NO_QUERY,
    body: null,
    idempotent: false,
    answers: {
      status: 200,
      schema: z.object({ code: z.string(), status: z.int(), title: z.string(), help: z.string() }),
    },
    refusals: ["not-found"],
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;

/** The path of a route with its parameters filled in, each escaped. */
export function pathTo(route: RouteName, parameters: Readonly<Record<string, string>> = {}): string {
  return ROUTES[route].path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(parameters[name] ?? ""),
  );
}

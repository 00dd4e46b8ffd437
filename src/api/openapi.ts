import { z } from "zod";
import { alertSchema } from "./alert.ts";
import { alertmanagerHookSchema, alertsHeardSchema } from "./alertmanager-hook.ts";
import { changePageSchema, changeSchema, deployEnteredSchema, deployRequestSchema } from "./change.ts";
import {
  acceptedSchema,
  actionRequestSchema,
  approvalsSchema,
  approveRequestSchema,
  promiseRequestSchema,
} from "./command.ts";
import { decisionPageSchema, decisionSchema } from "./decision.ts";
import { gateListSchema, gateSchema, gateSummarySchema } from "./gate.ts";
import { inboxItemSchema, inboxSchema } from "./inbox.ts";
import { PROBLEMS, problemSchema } from "./problem.ts";
import type { ProblemCode } from "./problem.ts";
import { promiseSchema } from "./promise.ts";
import { ROUTES } from "./routes.ts";
import { replaySchema } from "./replay.ts";
import type { Route } from "./routes.ts";
import { evidenceSchema, signalSchema } from "./signal.ts";
import { statusSchema } from "./status.ts";
import { issuedTokenSchema, tokenListSchema, tokenRequestSchema } from "./tokens.ts";

const NAMED = {
  Accepted: acceptedSchema,
  ActionRequest: actionRequestSchema,
  Alert: alertSchema,
  AlertmanagerHook: alertmanagerHookSchema,
  AlertsHeard: alertsHeardSchema,
  Approvals: approvalsSchema,
  ApproveRequest: approveRequestSchema,
  Change: changeSchema,
  ChangePage: changePageSchema,
  Decision: decisionSchema,
  DecisionPage: decisionPageSchema,
  DeployEntered: deployEnteredSchema,
  DeployRequest: deployRequestSchema,
  Evidence: evidenceSchema,
  Gate: gateSchema,
  GateList: gateListSchema,
  GateSummary: gateSummarySchema,
  Inbox: inboxSchema,
  InboxItem: inboxItemSchema,
  IssuedToken: issuedTokenSchema,
  Problem: problemSchema,
  Promise: promiseSchema,
  PromiseRequest: promiseRequestSchema,
  Replay: replaySchema,
  Signal: signalSchema,
  Status: statusSchema,
  TokenList: tokenListSchema,
  TokenRequest: tokenRequestSchema,
} as const;

type Json = Readonly<Record<string, unknown>>;

/** Problems every address may answer with. */
const EVERYWHERE: readonly ProblemCode[] = [
  "no-token",
  "forbidden",
  "invalid",
  "token-in-url",
  "too-many",
  "failed",
];
const WITH_BODY: readonly ProblemCode[] = ["too-large", "not-json"];
const WITH_KEY: readonly ProblemCode[] = [
  "no-idempotency-key",
  "bad-idempotency-key",
  "reused-idempotency-key",
];

/** The whole HTTP interface as an OpenAPI 3.1 document, from the same table the server is mounted from. */
export function openApi(version: string, publicUrl: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    (paths[route.path] ??= {})[route.method] = operation(name, route);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Rampart", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: publicUrl }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", bearerFormat: "rmp_<env>_<id>_<secret>_<crc>" },
      },
    },
  };
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    io: "input",
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutOrigin(schema)]));
}

function operation(name: string, route: Route): Json {
  return {
    operationId: name,
    summary: route.summary,
    description: `Needs one of the scopes: ${route.scopes.join(", ")}.`,
    parameters: parameters(route),
    ...(route.body === null
      ? {}
      : {
          requestBody: { required: true, content: { "application/json": { schema: schemaOf(route.body) } } },
        }),
    responses: responses(route),
  };
}

function parameters(route: Route): readonly Json[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1],
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const query = route.query instanceof z.ZodObject ? Object.entries<z.ZodType>(route.query.shape) : [];
  const inQuery = query.map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema: inline(schema),
  }));
  return [...inPath, ...inQuery, ...headers(route)];
}

function headers(route: Route): readonly Json[] {
  const needed = route === ROUTES.act ? "Needed, except by rollback." : "Needed.";
  return [
    ...(route.idempotent ? [header("Idempotency-Key", `${needed} 1 to 255 characters.`)] : []),
    ...(movesGate(route) ? [header("If-Match", "An ETag of the gate.")] : []),
    ...(route === ROUTES.getStatus ? [header("Prefer", "`wait=60` waits up to 60 seconds.")] : []),
  ];
}

/** Whether a stale look at one gate can be refused. */
function movesGate(route: Route): boolean {
  return route === ROUTES.act || route === ROUTES.approve || route === ROUTES.promise;
}

function header(name: string, description: string): Json {
  return { name, in: "header", required: false, description, schema: { type: "string" } };
}

function responses(route: Route): Json {
  const codes = [
    ...EVERYWHERE,
    ...(route.body === null ? [] : WITH_BODY),
    ...(route.idempotent ? WITH_KEY : []),
    ...(movesGate(route) ? (["changed-meanwhile"] as const) : []),
    ...route.refusals,
  ];
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  const problems = [...byStatus].map(([status, those]) => [
    status,
    {
      description: those.map((code) => `${code}: ${PROBLEMS[code].title}`).join("; "),
      content: { "application/problem+json": { schema: schemaOf(problemSchema) } },
    },
  ]);
  const { status, schema, media } = route.answers;
  const good = {
    description: "As asked.",
    ...(schema === null ? {} : { content: { "application/json": { schema: schemaOf(schema) } } }),
    ...(media === undefined ? {} : { content: { [media]: {} } }),
  };
  return { ...Object.fromEntries(problems), [status]: good };
}

function schemaOf(schema: z.ZodType): Json {
  const name = Object.entries(NAMED).find(([, named]) => named === schema)?.[0];
  return name === undefined ? inline(schema) : { $ref: `#/components/schemas/${name}` };
}

function inline(schema: z.ZodType): Json {
  return withoutOrigin(z.toJSONSchema(schema, { io: "input" }));
}

/** Inside a document a schema needs no address of its own. */
function withoutOrigin(schema: object): Json {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "$id"));
}

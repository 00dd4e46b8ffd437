import { z } from "zod";
import { changePageSchema, deployEnteredSchema } from "../api/change.ts";
import { acceptedSchema, approvalsSchema } from "../api/command.ts";
import { decisionPageSchema, decisionSchema } from "../api/decision.ts";
import { definitionSchema } from "../api/definition.ts";
import { gateListSchema, gateSchema } from "../api/gate.ts";
import { inboxSchema } from "../api/inbox.ts";
import { BACKUP_TYPE, digestIn } from "../api/backup.ts";
import { maintenanceListSchema, maintenanceOrderedSchema } from "../api/maintenance.ts";
import type { MaintenanceRequest } from "../api/maintenance.ts";
import { problemSchema } from "../api/problem.ts";
import type { ProblemBody } from "../api/problem.ts";
import { replaySchema } from "../api/replay.ts";
import { ROUTES, pathTo } from "../api/routes.ts";
import type { RouteName } from "../api/routes.ts";
import { statusSchema } from "../api/status.ts";
import { issuedTokenSchema, tokenListSchema } from "../api/tokens.ts";
import type { TokenRequest } from "../api/tokens.ts";
import type { ActionName } from "../domain/command.ts";
import type { Purpose } from "../domain/gate.ts";
import { MINUTE, type Millis, SECOND } from "../domain/instant.ts";
import type { CliContext } from "./context.ts";
import { shown } from "./shown.ts";

export type Failure =
  /** No answer, or none that is one of ours. */
  | { readonly kind: "unreachable"; readonly detail: string }
  | { readonly kind: "refused"; readonly problem: ProblemBody; readonly retryAfter: number | null };

/** `value` is safe to print; `raw` is what the server sent. */
export type Got<T> = { readonly kind: "got"; readonly value: T; readonly raw: unknown } | Failure;

export type SavedBackup =
  | { readonly kind: "saved"; readonly bytes: number; readonly sha256: string }
  | { readonly kind: "unsaved"; readonly message: string };

const PATIENCE_MS = 30 * SECOND;
/** A large store takes its time to be copied and sent. */
const BACKUP_PATIENCE_MS = 30 * MINUTE;

type Sent = {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly waitSeconds?: number;
};

export type ActionRequest = {
  readonly action: ActionName;
  readonly reason: string;
  readonly at?: number;
  readonly change?: string;
};

export type ApproveRequest = {
  readonly step: number;
  readonly decision: string;
  readonly verdict: "approve" | "not-yet";
  readonly reason: string;
};

export type PromiseRequest = { readonly says: string; readonly reason: string };

export type DeployTold = {
  readonly service: string;
  readonly version: string;
  /** UTC, RFC 3339. */
  readonly at?: string;
  readonly url?: string;
};

export type ChangesQuery = {
  readonly gate?: string;
  readonly service?: string;
  readonly limit: string;
  readonly cursor?: string;
};

export type Client = ReturnType<typeof createClient>;

/** The server as the commands see it, one method an address. */
export function createClient(
  context: CliContext,
  access: { readonly url: string; readonly token: string | null },
) {
  const base = access.url.replace(/\/+$/, "");

  function ask(route: RouteName, sent: Sent, patienceMs: Millis) {
    const query = sent.query === undefined ? "" : `?${new URLSearchParams(sent.query).toString()}`;
    return context.fetch(base + pathTo(route, sent.parameters) + query, {
      method: ROUTES[route].method.toUpperCase(),
      headers: {
        Accept: "application/json, application/problem+json",
        ...(access.token === null ? {} : { Authorization: `Bearer ${access.token}` }),
        ...(sent.body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(sent.waitSeconds === undefined ? {} : { Prefer: `wait=${sent.waitSeconds}` }),
        ...sent.headers,
      },
      ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
      redirect: "error",
      signal: AbortSignal.any([AbortSignal.timeout(patienceMs), context.stop]),
    });
  }

  async function send<T>(route: RouteName, schema: z.ZodType<T>, sent: Sent = {}): Promise<Got<T>> {
    try {
      const patienceMs = PATIENCE_MS + (sent.waitSeconds ?? 0) * SECOND;
      const response = await ask(route, sent, patienceMs);
      return read(schema, response.status, response.headers.get("Retry-After"), await response.text());
    } catch (error) {
      return { kind: "unreachable", detail: causeOf(error) };
    }
  }

  /** A copy of the store, written to a new file. */
  async function backup(path: string): Promise<SavedBackup | Failure> {
    try {
      const headers = { Accept: `${BACKUP_TYPE}, application/problem+json` };
      const response = await ask("takeBackup", { headers }, BACKUP_PATIENCE_MS);
      const sha256 = digestIn(response.headers.get("Repr-Digest"));
      if (response.status !== 200 || response.body === null || sha256 === null) {
        const retryAfter = response.headers.get("Retry-After");
        const failure = read(z.never(), response.status, retryAfter, await response.text());
        return failure.kind === "got" ? { kind: "unreachable", detail: "it sent no backup" } : failure;
      }
      const saved = await context.saveNew(path, response.body, sha256);
      return saved.ok
        ? { kind: "saved", bytes: saved.bytes, sha256 }
        : { kind: "unsaved", message: saved.message };
    } catch (error) {
      return { kind: "unreachable", detail: causeOf(error) };
    }
  }

  function command<T>(
    route: "act" | "approve" | "promise",
    gate: string,
    schema: z.ZodType<T>,
    body: unknown,
  ): Promise<Got<T>> {
    return send(route, schema, {
      parameters: { name: gate },
      headers: { "Idempotency-Key": context.newKey() },
      body,
    });
  }

  return {
    url: base,
    gates: () => send("listGates", gateListSchema),
    gate: (name: string) => send("getGate", gateSchema, { parameters: { name } }),
    definition: (name: string) => send("getDefinition", definitionSchema, { parameters: { name } }),
    status: (name: string, purpose: Purpose, waitSeconds: number) =>
      send("getStatus", statusSchema, {
        parameters: { name },
        query: { for: purpose },
        ...(waitSeconds === 0 ? {} : { waitSeconds }),
      }),
    decision: (id: string) => send("getDecision", decisionSchema, { parameters: { id } }),
    decisionsBefore: (gate: string, id: string, limit: number) =>
      send("listDecisions", decisionPageSchema, {
        parameters: { name: gate },
        query: { limit: String(limit), cursor: id },
      }),
    replay: (id: string) => send("replayDecision", replaySchema, { parameters: { id } }),
    approvals: (name: string) => send("getApprovals", approvalsSchema, { parameters: { name } }),
    act: (gate: string, request: ActionRequest) => command("act", gate, acceptedSchema, request),
    approve: (gate: string, request: ApproveRequest) => command("approve", gate, acceptedSchema, request),
    promise: (gate: string, request: PromiseRequest) => command("promise", gate, acceptedSchema, request),
    deployed: (deploy: DeployTold) =>
      send("tellDeploy", deployEnteredSchema, {
        headers: { "Idempotency-Key": context.newKey() },
        body: deploy,
      }),
    maintenance: () => send("listMaintenance", maintenanceListSchema),
    orderMaintenance: (source: string, request: MaintenanceRequest) =>
      send("orderMaintenance", maintenanceOrderedSchema, {
        parameters: { name: source },
        headers: { "Idempotency-Key": context.newKey() },
        body: request,
      }),
    inbox: () => send("getInbox", inboxSchema),
    changes: (query: ChangesQuery) => send("listChanges", changePageSchema, { query }),
    tokens: () => send("listTokens", tokenListSchema),
    issueToken: (request: TokenRequest) => send("issueToken", issuedTokenSchema, { body: request }),
    backup,
    revokeToken: (id: string) => send("revokeToken", z.null(), { parameters: { id } }),
  };
}

function read<T>(schema: z.ZodType<T>, status: number, retryAfter: string | null, text: string): Got<T> {
  const raw = json(text);
  if (raw === undefined)
    return { kind: "unreachable", detail: `it answered ${status} with something else than JSON` };
  if (status >= 200 && status < 300) {
    const parsed = schema.safeParse(shown(raw));
    return parsed.success
      ? { kind: "got", value: parsed.data, raw }
      : { kind: "unreachable", detail: `it answered ${status} in a form this version does not know` };
  }
  const problem = problemSchema.safeParse(shown(raw));
  return problem.success
    ? { kind: "refused", problem: problem.data, retryAfter: retryAfter === null ? null : Number(retryAfter) }
    : { kind: "unreachable", detail: `it answered ${status}, and not as Rampart does` };
}

function json(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` hides the reason under `cause`. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  const { cause } = error;
  if (cause instanceof Error) return "code" in cause ? String(cause.code) : cause.message;
  return error.message;
}

import { z } from "zod";
import { ACTIONS } from "../domain/command.ts";
import type { RefusalCode } from "../domain/command.ts";
import { stateSchema } from "./because.ts";

type Kind = { readonly status: number; readonly title: string; readonly help: string };

/** Refusals of the controller. Leaving one out does not compile. */
const REFUSALS = {
  "unknown-gate": {
    status: 404,
    title: "There is no such gate",
    help: "List the gates with GET /v1/gates. A gate whose file never parsed does not exist yet.",
  },
  forbidden: {
    status: 403,
    title: "This token may not do that",
    help: "Ask an administrator for a token with the scope the message names. Some scopes belong to people only.",
  },
  "illegal-move": {
    status: 409,
    title: "The gate's state does not allow this",
    help: "`state` says where the gate stands and `legal` what it allows from there.",
  },
  "watch-only": {
    status: 409,
    title: "This gate only watches",
    help: "It has no flag to move. Give it a `flag:` to make it drive one.",
  },
  "not-ready": {
    status: 409,
    title: "The gate is not ready for this",
    help: "The message names what is missing; ask again when it is there.",
  },
  flag: {
    status: 409,
    title: "The flag is not as this needs it",
    help: "The message names what was found in Unleash and what was expected.",
  },
  preflight: {
    status: 409,
    title: "Unleash would not let Rampart write",
    help: "Grant the right the message names, or switch off what stands in the way, and try again.",
  },
  cooldown: {
    status: 409,
    title: "The gate rests after a rollback",
    help: "Wait until the time the message names.",
  },
  "no-request": {
    status: 409,
    title: "Nothing waits for an approval",
    help: "A request opens when everything but the approval is in order. GET the gate's approvals to see it.",
  },
  "stale-evidence": {
    status: 409,
    title: "The evidence is no longer the newest",
    help: "GET the gate's approvals again, read the evidence, and name the decision found there.",
  },
  "not-eligible": {
    status: 403,
    title: "This person's approval does not count here",
    help: "Whoever started the ramp or wrote its definition cannot approve it; the group asked for is in the request.",
  },
  signals: {
    status: 409,
    title: "The signals do not allow this",
    help: "GET the gate's status to see which signal, its value and its limit.",
  },
  conflict: {
    status: 409,
    title: "Somebody else was first",
    help: "Look at the gate again and repeat what is still wanted.",
  },
} as const satisfies Record<RefusalCode, Kind>;

/** Refusals of the door itself. */
const DOOR = {
  "no-token": {
    status: 401,
    title: "A valid token is needed",
    help: "Send `Authorization: Bearer rmp_...`. Tokens are made with `rampart token create`.",
  },
  "token-in-url": {
    status: 400,
    title: "A token must not stand in a URL",
    help: "URLs end up in logs. Send the token in the Authorization header and revoke the one that was sent.",
  },
  invalid: {
    status: 400,
    title: "The request is not valid",
    help: "`problems` lists everything that is wrong with it.",
  },
  "no-idempotency-key": {
    status: 400,
    title: "An Idempotency-Key is needed",
    help: "Send a fresh random Idempotency-Key with each intended act, and the same one when you repeat it.",
  },
  "bad-idempotency-key": {
    status: 400,
    title: "The Idempotency-Key is not usable",
    help: "Use 1 to 255 visible ASCII characters, for instance a UUID.",
  },
  "reused-idempotency-key": {
    status: 422,
    title: "This Idempotency-Key was used for something else",
    help: "A key stands for one request. Make a new one for a new request.",
  },
  "not-found": {
    status: 404,
    title: "There is nothing here",
    help: "GET /openapi.json lists every address.",
  },
  "unknown-decision": {
    status: 404,
    title: "There is no such decision",
    help: "Decisions are kept for a limited time. List a gate's with GET /v1/gates/{name}/decisions.",
  },
  "no-inputs": {
    status: 404,
    title: "What this decision was made from is not there",
    help: "Only decisions of passes can be made again, and only those that were made since inputs are kept.",
  },
  "unknown-source": {
    status: 404,
    title: "There is no such source",
    help: "The message lists the names of the sources; so does GET /v1/maintenance.",
  },
  "no-maintenance": {
    status: 409,
    title: "No maintenance is under way there",
    help: "GET /v1/maintenance lists what is under way. It ends by itself, too.",
  },
  "unknown-token": {
    status: 404,
    title: "There is no such token",
    help: "List the tokens with GET /v1/tokens.",
  },
  "method-not-allowed": {
    status: 405,
    title: "This address does not take that method",
    help: "The Allow header lists the methods it takes.",
  },
  "changed-meanwhile": {
    status: 412,
    title: "The gate changed since you looked",
    help: "GET the gate again; its ETag is the value If-Match asks for.",
  },
  "too-large": {
    status: 413,
    title: "The request is too large",
    help: "A body may have 100 KB, also after decompression.",
  },
  "not-json": {
    status: 415,
    title: "Only JSON is read here",
    help: "Send the body as UTF-8 with `Content-Type: application/json`.",
  },
  "too-many": {
    status: 429,
    title: "Too many requests",
    help: "Wait the seconds that Retry-After names. Status, pause and rollback have a share of their own.",
  },
  "store-unavailable": {
    status: 503,
    title: "The store cannot be written or read",
    help: "The log of the server says why under the id in `request`. Make room on the disk or mend it, and repeat the request with the same Idempotency-Key: what was done before is not done twice.",
  },
  failed: {
    status: 500,
    title: "Something went wrong in Rampart",
    help: "The log of the server has the details under the id in `request`.",
  },
} as const satisfies Record<string, Kind>;

/** Every problem a reply can name; one table from code to status. */
export const PROBLEMS = { ...REFUSALS, ...DOOR };

export type ProblemCode = keyof typeof PROBLEMS;

export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(PROBLEMS, text);
}

/** RFC 9457, with `code` for machines that would rather not take `type` apart. */
export const problemSchema = z.object({
  type: z.string().describe("An address of this server that explains the problem."),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  problems: z
    .array(z.object({ at: z.string(), message: z.string() }))
    .optional()
    .describe("Everything wrong with a request."),
  state: stateSchema.nullable().optional().describe("Where the gate stands."),
  legal: z.array(z.enum(ACTIONS)).optional().describe("Actions that are legal from there."),
  scopes: z.array(z.string()).optional().describe("Scopes any one of which would have been enough."),
  request: z.string().optional().describe("Id of the request in the server's log."),
});

export type ProblemBody = z.infer<typeof problemSchema>;

export type ProblemExtras = Pick<ProblemBody, "problems" | "state" | "legal" | "scopes" | "request">;

export function problemBody(code: ProblemCode, detail: string, extras: ProblemExtras = {}): ProblemBody {
  const { status, title } = PROBLEMS[code];
  return { type: `/problems/${code}`, title, status, code, detail, ...extras };
}

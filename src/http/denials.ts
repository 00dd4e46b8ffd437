import type { Request } from "express";
import type { Audit, Clock } from "../control/ports.ts";
import type { RefusalCode } from "../domain/command.ts";
import type { Principal } from "../domain/principal.ts";
import { MINUTE } from "../domain/instant.ts";
import type { Log } from "../lib/log.ts";
import type { Reply } from "./reply.ts";

/** Records of denials that one token may cause in a minute; what is above is counted, and told with the next record. */
const MOST_A_MINUTE = 30;
const LONGEST = 200;

/** Which refusals say: not you, or not now. A gate that does not exist and a lost race say nothing about who asked. */
const DENIES: Readonly<Record<RefusalCode, boolean>> = {
  "unknown-gate": false,
  forbidden: true,
  "illegal-move": true,
  "watch-only": true,
  "not-ready": true,
  flag: true,
  preflight: true,
  cooldown: true,
  "no-request": true,
  "stale-evidence": true,
  "not-eligible": true,
  signals: true,
  conflict: false,
};

const DENIALS: ReadonlySet<string> = new Set(
  Object.entries(DENIES).flatMap(([code, denies]) => (denies ? [code] : [])),
);

/** Notes in the audit who was refused what; a reply that is no denial passes without a record. */
export type Denials = (request: Request, principal: Principal, reply: Reply) => Promise<void>;

type Share = { readonly since: number; readonly written: number; readonly left: number };

export function createDenials(parts: {
  readonly audit: Pick<Audit, "append">;
  readonly clock: Clock;
  readonly log: Log;
}): Denials {
  const { audit, clock, log } = parts;
  const shares = new Map<string, Share>();

  /** Whether the token may cause one more record, and how many it could not before; null: not now. */
  function take(token: string): number | null {
    const now = clock.elapsed();
    const known = shares.get(token);
    const isOver = known === undefined || now - known.since >= MINUTE;
    const share = isOver ? { since: now, written: 0, left: known?.left ?? 0 } : known;
    if (share.written >= MOST_A_MINUTE) {
      shares.set(token, { ...share, left: share.left + 1 });
      return null;
    }
    shares.set(token, { ...share, written: share.written + 1, left: 0 });
    return share.left;
  }

  return async (request, principal, reply) => {
    const { refused } = reply;
    if (refused === undefined || !DENIALS.has(refused.code)) return;
    const left = take(principal.token);
    if (left === null) return;
    const body = {
      code: refused.code,
      detail: refused.detail.slice(0, LONGEST),
      method: request.method,
      path: request.path.slice(0, LONGEST),
      action: actionOf(request.body),
      token: principal.token,
      unrecorded: left,
    };
    const actor = `${principal.kind}:${principal.name}`;
    const gate = request.params["name"];
    const entry = { at: clock.now(), kind: "denied", actor, gate: gateOf(gate), body } as const;
    // Nothing came of the request, so it is refused all the same.
    await audit
      .append([entry])
      .catch((error: unknown) => log.error({ err: error, by: actor }, "a denial is not in the audit"));
  };
}

function gateOf(parameter: unknown): string | null {
  return typeof parameter === "string" ? parameter.slice(0, LONGEST) : null;
}

function actionOf(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("action" in body)) return null;
  return typeof body.action === "string" ? body.action.slice(0, LONGEST) : null;
}

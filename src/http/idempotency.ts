import { createHash } from "node:crypto";
import type { Controller } from "../control/controller.ts";
import type { Clock, StoredReply } from "../control/ports.ts";
import type { Principal } from "../domain/principal.ts";
import { refuse } from "./reply.ts";
import type { Reply } from "./reply.ts";

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Whose request it is, and what it asks for. */
export type OrderingCall = {
  readonly principal: Principal;
  readonly method: string;
  readonly path: string;
  readonly header: (name: string) => string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
};

/** What is to be done once, and how what came of it is told. */
export type IntendedAct<Outcome> = {
  /** False: a rollback in an emergency is taken from a bare `curl`, too. True unless told otherwise. */
  readonly keyRequired?: boolean;
  readonly run: (keep: ((outcome: Outcome) => StoredReply) | null) => Promise<Outcome>;
  readonly render: (outcome: Outcome) => Reply;
};

export type Once = <Outcome>(call: OrderingCall, act: IntendedAct<Outcome>) => Promise<Reply>;

/**
 * Carries out each intended act once: the same key with the same request gets the same reply, also while the first is
 * still running. The controller keeps the reply in the transaction of the effect.
 */
export function createOnce(controller: Pick<Controller, "reply">, clock: Clock): Once {
  const running = new Map<string, Promise<unknown>>();

  return async (call, act) => {
    const key = call.header("idempotency-key");
    if (key === undefined) {
      return act.keyRequired === false
        ? act.render(await act.run(null))
        : refuse("no-idempotency-key", "the request has no Idempotency-Key");
    }
    if (!KEY.test(key)) {
      return refuse("bad-idempotency-key", "the key must be 1 to 255 visible ASCII characters");
    }
    const slot = JSON.stringify([accountOf(call.principal), key]);
    for (let first = running.get(slot); first !== undefined; first = running.get(slot)) await first;
    const mine = once(call, act, key);
    // Whoever waits only wants to know that it is over; a failure belongs to the one who caused it.
    running.set(
      slot,
      mine.catch(() => undefined).finally(() => running.delete(slot)),
    );
    return mine;
  };

  async function once<Outcome>(call: OrderingCall, act: IntendedAct<Outcome>, key: string): Promise<Reply> {
    const principal = accountOf(call.principal);
    const request = digestOf(call);
    const before = await controller.reply(principal, key);
    if (before !== null) {
      if (before.request !== request) {
        return refuse("reused-idempotency-key", "this key came before, with another request");
      }
      return { status: before.status, body: before.body, headers: { "Idempotency-Replayed": "true" } };
    }
    const outcome = await act.run((kept) => {
      const { status, body } = act.render(kept);
      return { key, principal, request, status, body: body ?? "", at: clock.now() };
    });
    return act.render(outcome);
  }
}

/** Keys belong to who holds the token, so a renewed token can repeat what the old one began. */
function accountOf(principal: Principal): string {
  return `${principal.kind}:${principal.name}`;
}

function digestOf({ method, path, body }: OrderingCall): string {
  const canonical = JSON.stringify(body, Object.keys(body).toSorted());
  return createHash("sha256").update(`${method} ${path}\n${canonical}`).digest("hex");
}

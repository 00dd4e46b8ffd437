import type { Integration } from "../names.ts";
import type { ShopContext } from "../shop-context.ts";
import { callResult, type CallLog } from "./call-log.ts";
import type { Delivery } from "./delivery.ts";
import type { Message, MessageLog } from "./message-log.ts";

export type Route = {
  readonly integration: Integration;
  /** Tries once; several deliveries when the sender sent several. The last one decides what happens next. */
  deliver(message: Message, attempt: number, now: number): readonly Delivery[];
  /** Tells the source what came of it: at the target for good, or given up. */
  settle(message: Message, arrived: boolean, now: number): void;
};

export type Courier = {
  readonly integration: Integration;
  /** Returns the last delivery. `perCall` is false where one call carries many messages. */
  carry(message: Message, now: number, perCall: boolean): Delivery;
};

/** Delivers one message by the rules all edges share: log each attempt, back off, give up into dead letters. */
export function createCourier(context: ShopContext, log: MessageLog, calls: CallLog, route: Route): Courier {
  const { config } = context;
  const insert = context.db.prepare(
    `INSERT INTO edge_attempt (message_id, integration, entity, result, error_type, fate, propagation_ms, at)
     VALUES (:messageId, :integration, :entity, :result, :errorType, :fate, :propagationMs, :now)`,
  );

  const record = (message: Message, delivery: Delivery, now: number): void => {
    const { id, entity } = route.integration;
    const propagationMs = delivery.fate === "applied" ? now - message.created_at : null;
    const { result, errorType, fate } = delivery;
    insert.run({
      messageId: message.id,
      integration: id,
      entity,
      result,
      errorType,
      fate,
      propagationMs,
      now,
    });
  };

  const attemptOnce = (message: Message, attempt: number, now: number, perCall: boolean): Delivery => {
    const deliveries = route.deliver(message, attempt, now);
    let last = deliveries[deliveries.length - 1];
    if (last === undefined)
      throw new Error(`${route.integration.id} made no attempt for message ${message.id}`);
    const isLastTry = last.result === "retryable_error" && attempt >= config.maxAttempts;
    if (isLastTry && last.fate === null) last = { ...last, fate: "dead_lettered" };
    for (const delivery of [...deliveries.slice(0, -1), last]) {
      record(message, delivery, now);
      if (perCall && delivery.called) calls(route.integration.target, callResult(delivery.errorType), now);
    }
    return last;
  };

  const conclude = (message: Message, attempt: number, last: Delivery, now: number): void => {
    if (last.result === "retryable_error" && attempt < config.maxAttempts) {
      log.retryAt(message, attempt, now + backoffMs(context, attempt));
    } else if (last.result === "retryable_error") {
      log.deadLetter(message, attempt);
      route.settle(message, false, now);
    } else {
      log.done(message, attempt);
      if (last.unacknowledged !== true) route.settle(message, last.result === "ok", now);
    }
  };

  return {
    integration: route.integration,
    carry: (message, now, perCall) => {
      let attempt = message.attempts + 1;
      let last = attemptOnce(message, attempt, now, perCall);
      while (last.retryAtOnce === true && attempt < config.maxAttempts) {
        attempt += 1;
        last = attemptOnce(message, attempt, now, perCall);
      }
      conclude(message, attempt, last, now);
      return last;
    },
  };
}

function backoffMs(context: ShopContext, attempt: number): number {
  const { retryFirst, retryLongest } = context.config.times;
  return Math.round(context.ms(Math.min(retryFirst * 2 ** (attempt - 1), retryLongest)));
}

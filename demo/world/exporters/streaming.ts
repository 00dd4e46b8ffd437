import type { Delivery } from "../edges/delivery.ts";
import type { Message } from "../edges/message-log.ts";
import type { ShopContext } from "../shop-context.ts";
import type { ErpPosting } from "../systems/erp.ts";
import type { OmsOrder } from "../systems/oms.ts";
import type { ErpGateway } from "./erp-gateway.ts";

const OVERCHARGE = 1.19;

export type StreamingExporter = {
  /** How long the order waits before it is sent. */
  holdMs(ref: string): number;
  readonly deliver: (message: Message, attempt: number, now: number) => readonly Delivery[];
};

/** The new way to the ERP: each order at once, on its own, with whatever faults are switched on. */
export function createStreamingExporter(context: ShopContext, gateway: ErpGateway): StreamingExporter {
  const { config, faults } = context;
  return {
    holdMs: (ref) => {
      const usual = context.waitMs(config.times.streaming, "streaming", ref);
      return faults.hits("delay", ref) ? usual + context.ms(config.times.faultDelay) : usual;
    },

    deliver: (message, attempt, now) => {
      const ref = message.entity_id;
      const isRejected = faults.hits("reject", ref);
      if (!isRejected && faults.hits("drop", ref)) {
        // The worker forgets the order and reports success; nothing ever reaches the ERP.
        return [{ result: "ok", errorType: "none", fate: null, called: false }];
      }
      const order = JSON.parse(message.body) as OmsOrder;
      const posting: ErpPosting = {
        key: message.key,
        externalRef: ref,
        amountMinor: faults.hits("wrongAmount", ref)
          ? Math.round(order.amount_minor * OVERCHARGE) + 1
          : order.amount_minor,
        // The ERP cannot map an order without a currency and refuses it.
        currency: isRejected ? "" : order.currency,
        source: "streaming",
      };
      const first = gateway(message, posting, attempt, now);
      if (first.result !== "ok") return [first];

      const deliveries = [first];
      if (faults.hits("duplicate", ref)) {
        // A key made up for each send is no idempotency key: the ERP takes it for another order.
        deliveries.push(gateway(message, { ...posting, key: `${message.key}:again` }, attempt, now));
      }
      if (!faults.hits("stick", ref)) return deliveries;
      return deliveries.map((delivery) => ({ ...delivery, unacknowledged: true }));
    },
  };
}

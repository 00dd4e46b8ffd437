import type { Delivery } from "../edges/delivery.ts";
import type { Message } from "../edges/message-log.ts";
import type { OmsOrder } from "../systems/oms.ts";
import type { ErpGateway } from "./erp-gateway.ts";

/** The old way to the ERP: slow, in batches, and well tried. */
export function createBatchExporter(gateway: ErpGateway) {
  return {
    deliver: (message: Message, attempt: number, now: number): readonly Delivery[] => {
      const order = JSON.parse(message.body) as OmsOrder;
      const posting = {
        key: message.key,
        externalRef: message.entity_id,
        amountMinor: order.amount_minor,
        currency: order.currency,
        source: "batch",
      } as const;
      return [gateway(message, posting, attempt, now)];
    },
  };
}

import { failedFor, rejectedFor, succeeded, type Delivery } from "../edges/delivery.ts";
import type { Message } from "../edges/message-log.ts";
import type { ShopContext } from "../shop-context.ts";
import type { Erp, ErpPosting } from "../systems/erp.ts";

/** One call to the ERP over the network, as both exporters make it. */
export type ErpGateway = (message: Message, posting: ErpPosting, attempt: number, now: number) => Delivery;

export function createErpGateway(context: ShopContext, erp: Erp): ErpGateway {
  const { config, faults } = context;
  return (message, posting, attempt, now) => {
    if (faults.hits("erpOutage", `${message.id}.${attempt}`)) return failedFor("unavailable");
    if (erp.isOverQuota(now)) return failedFor("throttled");

    const inStorm = faults.hits("retryStorm", message.entity_id);
    // In the storm only the first and the last send get through, and only the last one's answer comes back.
    if (inStorm && attempt > 1 && attempt < config.stormAttempts) {
      return { ...failedFor("timeout"), retryAtOnce: true };
    }
    const fate = erp.post(posting, now);
    if (fate === "rejected") return rejectedFor("mapping");
    if (inStorm && attempt === 1) return { ...failedFor("timeout"), fate, retryAtOnce: true };
    return succeeded(fate);
  };
}

import type { MessageLog } from "../edges/message-log.ts";
import type { ExposureDecider } from "../exposure-decider.ts";
import type { ShopContext } from "../shop-context.ts";
import { rows } from "../rows.ts";
import type { Oms } from "../systems/oms.ts";
import type { StreamingExporter } from "./streaming.ts";

/** Asks the flag for each paid order, stamps the answer on the order and hands it to that exporter. */
export function createExportDesk(
  context: ShopContext,
  parts: { oms: Oms; log: MessageLog; decider: ExposureDecider; streaming: StreamingExporter },
): (now: number) => void {
  const { omsToErp } = context.names;
  const { oms, log, streaming } = parts;
  const stamp = createStamp(context, parts.decider);

  return (now) => {
    for (const order of oms.readyForExport()) {
      const message = { entityId: order.ref, key: `order:${order.ref}`, body: order };
      if (stamp(order.ref, now)) {
        const dueAt = Math.round(now + streaming.holdMs(order.ref));
        log.send(omsToErp, "queue", { ...message, dueAt }, now);
      } else {
        log.send(omsToErp, "batch", { ...message, dueAt: now }, now);
      }
      oms.lifecycle.move(order.ref, "exporting", now);
    }
  };
}

/** Returns whether the order takes the new path. The first answer an order gets is the one it keeps. */
function createStamp({ config, db }: ShopContext, decider: ExposureDecider) {
  const { flag } = config;
  const insert = db.prepare(
    `INSERT INTO order_exposure (order_ref, flag, variant, percent, decided_at)
     VALUES (:ref, :flag, :variant, :percent, :now)`,
  );
  const look = db.prepare("SELECT variant FROM order_exposure WHERE order_ref = :ref AND flag = :flag");
  return (ref: string, now: number): boolean => {
    const earlier = rows<{ variant: string }>(look, { ref, flag })[0];
    if (earlier !== undefined) return earlier.variant === "on";
    const isOn = decider.isOn(ref);
    insert.run({ ref, flag, variant: isOn ? "on" : "off", percent: decider.knownPercent(), now });
    return isOn;
  };
}

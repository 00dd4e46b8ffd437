import { every } from "../schedule.ts";
import type { ShopContext } from "../shop-context.ts";
import { callResult, type CallLog } from "./call-log.ts";
import type { Courier } from "./courier.ts";
import type { MessageLog } from "./message-log.ts";

const MOST_PER_RUN = 5000;

/** A job that hands over everything collected since its last run, in one call. Returns the step of every tick. */
export function createBatch(
  context: ShopContext,
  log: MessageLog,
  calls: CallLog,
  courier: Courier,
): (now: number) => void {
  const isTime = every(context.ms(context.config.times.batchPeriod));
  return (now) => {
    if (!isTime(now)) return;
    const messages = log.due(courier.integration, "batch", now, MOST_PER_RUN);
    if (messages.length === 0) return;
    const last = messages.map((message) => courier.carry(message, now, false)).at(-1);
    calls(courier.integration.target, callResult(last?.errorType ?? "none"), now);
  };
}

import type { ShopContext } from "../shop-context.ts";
import type { Courier } from "./courier.ts";
import type { MessageLog } from "./message-log.ts";

/**
 * Workers that take one message after another, each busy for its service time: a burst waits its turn.
 * Returns the step to run at every tick.
 */
export function createQueue(context: ShopContext, log: MessageLog, courier: Courier): (now: number) => void {
  const { config } = context;
  const serviceMs = context.ms(config.times.workerService);
  const freeAt: number[] = Array.from({ length: config.workersPerQueue }, () => 0);
  let lastTick = Number.NEGATIVE_INFINITY;

  return (now) => {
    // A tick stands for all the time since the last one; workers were free for that long.
    const sinceMs = Number.isFinite(lastTick) ? now - lastTick : 0;
    const most = Math.max(1, Math.ceil(((sinceMs + serviceMs) / serviceMs) * freeAt.length));
    for (const message of log.due(courier.integration, "queue", now, most)) {
      const worker = freeAt.indexOf(Math.min(...freeAt));
      const begin = Math.max(freeAt[worker] ?? 0, message.due_at, lastTick);
      if (begin > now) break;
      freeAt[worker] = begin + serviceMs;
      courier.carry(message, now, true);
    }
    lastTick = now;
  };
}

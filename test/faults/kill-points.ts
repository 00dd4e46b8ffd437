import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, PASS, type Treatment, hang, isRaise } from "./fault-proxy.ts";
import type { Lane } from "./lane.ts";
import { inject, whyNoStrace } from "./strace.ts";

/** Where in its work the process is killed. */
export const KILL_POINTS = [
  "at random",
  "before a raise was passed on",
  "after a raise was applied",
  "before the read-back of a raise",
  "at a question to Prometheus",
  "in a write to the store's log",
  "before an fsync of the store's log",
  "while it starts",
] as const;

export type KillPoint =
  | (typeof KILL_POINTS)[number]
  | "before a decrease was passed on"
  | "after a decrease was applied";

const TRACED: readonly KillPoint[] = ["in a write to the store's log", "before an fsync of the store's log"];

export function pointsHere(): readonly KillPoint[] {
  return whyNoStrace() === null ? KILL_POINTS : KILL_POINTS.filter((point) => !TRACED.includes(point));
}

/** What was on its way when the process died, and may still arrive. */
export type Late = { readonly flag: string; readonly pass: () => Promise<Answer> };

export type Armed = {
  /** Resolves once the process was sent its SIGKILL. */
  readonly killed: Promise<void>;
  /** Sees that nothing kills the next life. */
  disarm(): Promise<void>;
  late(): Late | null;
};

/** Has the running process killed at that point. */
export async function arm(lane: Lane, point: KillPoint): Promise<Armed> {
  const { promise: killed, resolve } = Promise.withResolvers<void>();
  let late: Late | null = null;
  const kill = (): void => {
    lane.service.signal("SIGKILL");
    resolve();
  };
  const tracer = await traced(lane, point);
  if (tracer !== null) void lane.service.ended().then(() => resolve());
  if (point === "at random") void sleep(randomInt(2_500)).then(kill);
  if (point === "at a question to Prometheus") killAtQuestion(lane, kill);
  lane.proxy.treat(treatment(point, kill, (kept) => (late = kept)));
  return {
    killed,
    late: () => late,
    async disarm() {
      lane.proxy.treat(PASS);
      lane.prometheus.onRequest(lane.signals.reply);
      await tracer?.detach();
    },
  };
}

function traced(lane: Lane, point: KillPoint) {
  const path = `${lane.service.storePath}-wal`;
  // A commit writes each page and its header, and syncs once.
  if (point === "in a write to the store's log")
    return inject(lane.service.pid(), { inject: `pwrite64:signal=SIGKILL:when=${1 + randomInt(120)}`, path });
  if (point === "before an fsync of the store's log")
    return inject(lane.service.pid(), {
      inject: `fsync,fdatasync:signal=SIGKILL:when=${1 + randomInt(12)}`,
      path,
    });
  return Promise.resolve(null);
}

function killAtQuestion(lane: Lane, kill: () => void): void {
  let left = randomInt(30);
  lane.prometheus.onRequest((request) => {
    if (left === 0) kill();
    left -= 1;
    return lane.signals.reply(request);
  });
}

function treatment(point: KillPoint, kill: () => void, keep: (late: Late) => void): Treatment {
  let isRead = false;
  return async ({ write }, pass) => {
    const isMeant = point.includes("decrease") ? write?.to === 0 : isRaise(write);
    if (isRead) {
      kill();
      return hang();
    }
    if (!isMeant) return pass();
    if (point.startsWith("before a") && point.endsWith("passed on")) {
      keep({ flag: write?.flag ?? "", pass });
      kill();
      return hang();
    }
    const answer = await pass();
    if (point.startsWith("after")) {
      kill();
      return hang();
    }
    isRead = point === "before the read-back of a raise";
    return answer;
  };
}

import { performance } from "node:perf_hooks";
import type { Clock } from "./control/ports.ts";

export const SYSTEM_CLOCK: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

import type { Clock } from "../../src/control/ports.ts";

/** For tests that talk to real sockets and processes, whose time cannot be made by hand. */
export const realClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

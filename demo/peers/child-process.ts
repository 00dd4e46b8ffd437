import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { begin, type Command, type Life } from "./life.ts";

const DEFAULT_GRACE_MS = 5_000;
const POLL_MS = 50;
const ANSWER_WITHIN_MS = 2_000;

export type Launch = Omit<Command, "graceMs"> & {
  /** How error messages call it. */
  readonly name: string;
  /** Asked again and again until true; gets what the process has written so far. */
  readonly isReady: (output: string) => boolean | Promise<boolean>;
  readonly readyWithinMs: number;
  readonly graceMs?: number;
};

/** A real process that a test or the demo can stop, kill, freeze and start again. */
export type ChildProcess = {
  /** Of the present or the last run. */
  pid(): number;
  isRunning(): boolean;
  output(): string;
  /** SIGTERM, then SIGKILL when it has not ended after its grace. Stopping what is stopped is nothing. */
  stop(): Promise<void>;
  /** SIGKILL, at once. */
  kill(): Promise<void>;
  /** SIGSTOP, until it has come: connections are still accepted by the kernel, nothing is answered or written. */
  suspend(): Promise<void>;
  resume(): void;
  /** Stops it if it runs, starts it with the same command and waits until it is ready. */
  restart(): Promise<void>;
};

export async function startChild(launch: Launch): Promise<ChildProcess> {
  const graceMs = launch.graceMs ?? DEFAULT_GRACE_MS;
  let life = await beginReady(launch, graceMs);

  const stop = (): Promise<void> => end(life, graceMs);

  return {
    pid: () => life.pid,
    isRunning: () => life.exitCode() === null,
    output: () => life.output(),
    stop,
    kill: () => endNow(life),
    async suspend() {
      life.signalGroup("SIGSTOP");
      while (life.exitCode() === null && (await isAnyThreadRunning(life.pid))) await sleep(1);
    },
    resume: () => life.signalGroup("SIGCONT"),
    async restart() {
      await stop();
      life = await beginReady(launch, graceMs);
    },
  };
}

async function beginReady(launch: Launch, graceMs: number): Promise<Life> {
  const life = await begin({ ...launch, graceMs });
  const deadline = performance.now() + launch.readyWithinMs;

  while (!(await launch.isReady(life.output()))) {
    if (life.exitCode() !== null) {
      throw new Error(`${launch.name} ended with ${life.exitCode()} before it was ready:\n${life.output()}`);
    }
    if (performance.now() > deadline) {
      await endNow(life);
      throw new Error(`${launch.name} was not ready after ${launch.readyWithinMs} ms:\n${life.output()}`);
    }
    await Promise.race([life.ended, sleep(POLL_MS)]);
  }
  return life;
}

async function end(life: Life, graceMs: number): Promise<void> {
  life.signal("SIGTERM");
  // A suspended process sees the SIGTERM only after it was continued.
  life.signalGroup("SIGCONT");

  const patience = new AbortController();
  const impatient = sleep(graceMs, "impatient" as const, { signal: patience.signal }).catch(
    () => "over" as const,
  );
  const outcome = await Promise.race([life.ended.then(() => "ended" as const), impatient]);
  patience.abort();
  if (outcome === "impatient") await endNow(life);
}

/** A signal is only sent by `kill`; on a busy machine a thread may still work for a while. Told by Linux alone. */
async function isAnyThreadRunning(pid: number): Promise<boolean> {
  const tasks = `/proc/${pid}/task`;
  try {
    const threads = await readdir(tasks);
    const stats = await Promise.all(threads.map((thread) => readFile(join(tasks, thread, "stat"), "utf8")));
    // The state stands behind the name, which may hold brackets itself.
    return stats.some((stat) => !/^[TtZX]/.test(stat.slice(stat.lastIndexOf(")") + 2)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH") return true;
    if (code === "ENOENT") return existsSync(tasks);
    throw error;
  }
}

async function endNow(life: Life): Promise<void> {
  life.signalGroup("SIGKILL");
  await life.ended;
}

/** Whether an address answers with 2xx; a refused connection or a silent server is a no. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

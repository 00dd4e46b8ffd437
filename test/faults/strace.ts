import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export type Injection = {
  /** As strace's `-e inject=` takes it, such as `fsync,fdatasync:error=EIO:when=3+`. */
  readonly inject: string;
  /** Only calls on this file. */
  readonly path: string;
};

export type Tracer = {
  /** Lets the process go on alone; nothing where it has ended. */
  detach(): Promise<void>;
};

/** Why system calls cannot be tampered with here; null when they can. */
export function whyNoStrace(): string | null {
  if (process.platform !== "linux") return "strace is of Linux alone";
  const found = (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((folder) => isProgram(join(folder, "strace")));
  return found ? null : "strace is not installed";
}

/** Follows every thread of a running process; resolves once the injection is in force. */
export async function inject(pid: number, { inject: what, path }: Injection): Promise<Tracer> {
  const call = what.split(":", 1)[0] ?? "";
  const followed = `-f -p ${pid} -o /dev/null -e trace=${call} -e inject=${what}`.split(" ");
  const tracer = spawn("strace", [...followed, "-P", path]);
  let said = "";
  tracer.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const deadline = performance.now() + 10_000;
  while (!said.includes("attached")) {
    if (tracer.exitCode !== null || performance.now() > deadline) {
      await end(tracer);
      throw new Error(`strace could not attach to ${pid}: ${said.trim()}`);
    }
    await sleep(5);
  }
  return { detach: () => end(tracer) };
}

async function end(tracer: ChildProcess): Promise<void> {
  if (tracer.exitCode !== null || tracer.signalCode !== null) return;
  const closed = once(tracer, "close");
  tracer.kill("SIGTERM");
  await closed;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SECOND } from "../domain/instant.ts";
import type { SampledSeries } from "../rehearsal/ports.ts";
import { snappyBlock } from "./snappy.ts";
import { writeRequest } from "./write-request.ts";

const READY_WITHIN_MS = 60 * SECOND;
const GRACE_MS = 5 * SECOND;
const WRITE_WITHIN_MS = 60 * SECOND;
/** A request stays far below what any version takes. */
const SAMPLES_AT_ONCE = 20_000;

const INSTALL =
  "PromQL is evaluated by a real Prometheus, which has to be on PATH as `prometheus`: apt-get install prometheus, brew install prometheus, or https://prometheus.io/download/";

export type ThrowawayPrometheus = {
  readonly url: string;
  /** Null: it has them; else why not. */
  write(series: readonly SampledSeries[]): Promise<string | null>;
  /** Ends it, and removes everything it kept. */
  close(): Promise<void>;
};

export type Started =
  | { readonly ok: true; readonly prometheus: ThrowawayPrometheus }
  | { readonly ok: false; readonly message: string };

/**
 * A Prometheus on a loopback port with an empty folder of its own. It scrapes nothing and is given its samples by remote
 * write, of any time and in any order: blocks of two hours would cost more the further the times lie apart, so it is told
 * to make one block of everything and never comes to make it.
 */
export async function startThrowawayPrometheus(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), "rampart-test-"));
  const config = join(folder, "prometheus.yml");
  // JSON is YAML.
  await writeFile(config, JSON.stringify({ storage: { tsdb: { out_of_order_time_window: "30y" } } }));
  const child = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "tsdb")}`,
      "--storage.tsdb.retention.time=100y",
      "--storage.tsdb.min-block-duration=30y",
      "--storage.tsdb.max-block-duration=30y",
      "--web.listen-address=127.0.0.1:0",
      "--web.enable-remote-write-receiver",
    ],
    {
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: environment["PATH"], TMPDIR: environment["TMPDIR"] },
    },
  );
  // Of a process that ends in the middle nobody else would know.
  const abandon = (): void => {
    child.kill("SIGKILL");
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // What the dying process still wrote stays in the folder of temporary files.
    }
  };
  process.once("exit", abandon);
  const close = async (): Promise<void> => {
    await end(child);
    process.off("exit", abandon);
    await rm(folder, { recursive: true, force: true });
  };
  const ready = await untilReady(child);
  if (!ready.ok) {
    await close();
    return ready;
  }
  const { url } = ready;
  return { ok: true, prometheus: { url, write: (series) => writeAll(url, series), close } };
}

type Ready = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly message: string };

function untilReady(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve) => {
    let said = "";
    const fail = (why: string): void => done({ ok: false, message: why });
    const timer = setTimeout(
      () => fail(`prometheus was not ready after ${READY_WITHIN_MS / SECOND} s: ${lastLine(said)}`),
      READY_WITHIN_MS,
    );
    const done = (ready: Ready): void => {
      clearTimeout(timer);
      resolve(ready);
    };
    child.once("error", (error) =>
      fail(
        "code" in error && error.code === "ENOENT" ? INSTALL : `prometheus did not start: ${error.message}`,
      ),
    );
    child.once("exit", (code) =>
      fail(`prometheus ended with ${code} before it was ready: ${lastLine(said)}`),
    );
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      // What it says later is of no interest, and must not fill the memory.
      if (said.length < 1_000_000) said += text;
      const address = /msg="Listening on"[^\n]*?\baddress=(\S+)/.exec(said)?.[1];
      if (address !== undefined && said.includes("Server is ready to receive web requests"))
        done({ ok: true, url: `http://${address}` });
    });
  });
}

function lastLine(said: string): string {
  return said.trim().split("\n").at(-1) ?? "";
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await ended;
  clearTimeout(timer);
}

async function writeAll(url: string, series: readonly SampledSeries[]): Promise<string | null> {
  for (const portion of portionsOf(series)) {
    const refusal = await write(url, portion);
    if (refusal !== null) return refusal;
  }
  return null;
}

function portionsOf(series: readonly SampledSeries[]): readonly (readonly SampledSeries[])[] {
  const portions: SampledSeries[][] = [[]];
  let samples = 0;
  for (const each of series) {
    for (let from = 0; from < each.samples.length; from += SAMPLES_AT_ONCE) {
      const part = { labels: each.labels, samples: each.samples.slice(from, from + SAMPLES_AT_ONCE) };
      if (samples + part.samples.length > SAMPLES_AT_ONCE) {
        portions.push([]);
        samples = 0;
      }
      portions.at(-1)?.push(part);
      samples += part.samples.length;
    }
  }
  return portions.filter((portion) => portion.length > 0);
}

async function write(url: string, series: readonly SampledSeries[]): Promise<string | null> {
  const response = await fetch(`${url}/api/v1/write`, {
    method: "POST",
    body: snappyBlock(writeRequest(series)),
    headers: {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
    },
    signal: AbortSignal.timeout(WRITE_WITHIN_MS),
  });
  const body = (await response.text()).trim();
  return response.ok ? null : `prometheus took no samples (${response.status}): ${body}`;
}

import { Worker } from "node:worker_threads";

import type { Problem } from "../domain/problem.ts";
import type { GivenFile } from "../gatefile/decode.ts";
import type { Defaults } from "../gatefile/defaults.ts";
import type { ParsedFiles } from "../gatefile/parse-files.ts";
import { diskProblem } from "./disk-problem.ts";
import { type DeadlineOptions, parseDeadline } from "./parse-deadline.ts";

export type ParseRequest = { readonly files: readonly GivenFile[]; readonly defaults: Defaults };

export type ParseReport =
  | { readonly kind: "begins"; readonly path: string }
  | { readonly kind: "parsed"; readonly parsed: ParsedFiles };

type WorkerOptions = DeadlineOptions & { readonly script: URL };

const MEMORY_MB = 256;

// Where the sources run as they are the worker is a `.ts` file; a packed build has `.js` beside this one.
const SCRIPT = new URL(`./parse-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

const DEFAULTS: WorkerOptions = { deadlineMs: 1_000, startMs: 30_000, script: SCRIPT };

export type ParseOutcome =
  | { readonly ok: true; readonly parsed: ParsedFiles }
  /** The worker itself failed; no file is to blame. */
  | { readonly ok: false; readonly why: string };

/**
 * Parses in a thread of its own, so that no file can hold up the one that moves flags. A file that takes too long or
 * brings the thread down becomes a problem, and the others are parsed again without it.
 */
export async function parseInWorker(
  files: readonly GivenFile[],
  defaults: Defaults,
  options: Partial<WorkerOptions> = {},
): Promise<ParseOutcome> {
  const settled = { ...DEFAULTS, ...options };
  const refused: Problem[] = [];
  let left = files;
  for (;;) {
    const run = await runOnce({ files: left, defaults }, settled);
    if (run.kind === "parsed") return { ok: true, parsed: withRefused(run.parsed, refused) };
    const culprit = run.during;
    if (culprit === null || !left.some((file) => file.path === culprit)) return { ok: false, why: run.why };
    refused.push(diskProblem(culprit, run.why, "R106"));
    left = left.filter((file) => file.path !== culprit);
  }
}

function withRefused(parsed: ParsedFiles, refused: readonly Problem[]): ParsedFiles {
  return {
    gates: parsed.gates,
    broken: [...parsed.broken, ...refused.map(({ file }) => ({ path: file, name: null }))],
    problems: [...parsed.problems, ...refused],
  };
}

type Run =
  | { readonly kind: "parsed"; readonly parsed: ParsedFiles }
  | { readonly kind: "failed"; readonly during: string | null; readonly why: string };

async function runOnce(request: ParseRequest, options: WorkerOptions): Promise<Run> {
  const worker = new Worker(options.script, {
    workerData: request,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  try {
    return await outcomeOf(worker, options);
  } finally {
    await worker.terminate();
  }
}

function outcomeOf(worker: Worker, options: DeadlineOptions): Promise<Run> {
  return new Promise((resolve) => {
    const fail = (why: string): void => {
      deadline.stop();
      resolve({ kind: "failed", during: deadline.during(), why });
    };
    const deadline = parseDeadline(worker, options, fail);
    worker.on("message", (report: ParseReport) => {
      if (report.kind === "begins") return deadline.begins(report.path);
      deadline.stop();
      resolve({ kind: "parsed", parsed: report.parsed });
    });
    let failure: string | null = null;
    worker.on("error", (error) => {
      failure = `the parser failed: ${error instanceof Error ? error.message : String(error)}`;
    });
    // An error may overtake the message that names its file; the end of the thread overtakes neither.
    worker.on("exit", (code) => fail(failure ?? `the parser ended with code ${code}`));
  });
}

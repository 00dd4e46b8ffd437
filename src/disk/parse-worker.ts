import { parentPort, workerData } from "node:worker_threads";

import { parseFiles } from "../gatefile/parse-files.ts";
import type { ParseRequest, ParseReport } from "./parse-in-worker.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- handed over by parse-in-worker.ts
const { files, defaults } = workerData as ParseRequest;

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
const report = (message: ParseReport): void => parentPort?.postMessage(message);

const parsed = parseFiles(files, defaults, (path) => report({ kind: "begins", path }));
report({ kind: "parsed", parsed });

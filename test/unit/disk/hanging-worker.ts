import { parentPort, workerData } from "node:worker_threads";

import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import type { ParseReport, ParseRequest } from "../../../src/disk/parse-in-worker.ts";

// A parser with the two faults that the real one must never be believed not to have.
const { files, defaults } = workerData as ParseRequest;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
const report = (message: ParseReport): void => parentPort?.postMessage(message);

const parsed = parseFiles(files, defaults, (path) => {
  report({ kind: "begins", path });
  if (path === "hangs.yaml") for (;;);
  if (path === "fails.yaml") throw new Error("out of luck");
});
report({ kind: "parsed", parsed });

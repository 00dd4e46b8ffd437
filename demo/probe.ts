import { resolve } from "node:path";
import { type ChildProcess, startChild } from "./peers/child-process.ts";
import { type Stage, flagOf } from "./stage.ts";

export type Look = { readonly at: number; readonly on: number; readonly of: number };

export type Probe = {
  /** What the SDK process saw last. */
  last(): Look;
  stop(): Promise<void>;
};

/** Starts an SDK process of its own for the flag of one shop. */
export async function startProbe(stage: Stage, shop: string): Promise<Probe> {
  const process: ChildProcess = await startChild({
    name: `sdk probe ${shop}`,
    command: globalThis.process.execPath,
    args: [
      resolve(import.meta.dirname, "sdk-probe.ts"),
      `${stage.unleash.url}/api`,
      stage.clientToken,
      flagOf(shop),
    ],
    isReady: (output) => lastLook(output) !== null,
    readyWithinMs: 20_000,
  });
  return {
    last() {
      const look = lastLook(process.output());
      if (look === null) throw new Error("the probe says nothing");
      return look;
    },
    stop: () => process.stop(),
  };
}

function lastLook(output: string): Look | null {
  const line = output
    .trimEnd()
    .split("\n")
    .findLast((text) => text.startsWith("{") && text.endsWith("}"));
  return line === undefined ? null : (JSON.parse(line) as Look);
}

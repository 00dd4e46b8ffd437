import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { STEPS } from "./scenes/scene.ts";
import { type Stage, flagOf } from "./stage.ts";

export const REPORT = resolve("demo-report");

/** What a verifier needs, and nothing of our own judgement: Unleash's log, Prometheus' samples, our decisions. */
export type Report = {
  readonly flags: readonly {
    readonly flag: string;
    readonly steps: readonly number[];
    readonly events: readonly unknown[];
    readonly decisions: readonly unknown[];
  }[];
};

export async function leaveReport(stage: Stage): Promise<void> {
  await rm(REPORT, { recursive: true, force: true });
  await mkdir(REPORT, { recursive: true });
  const flags = await Promise.all(
    [...stage.shops.keys()].map(async (shop) => ({
      flag: flagOf(shop),
      steps: STEPS,
      events: await stage.colleague.events(flagOf(shop)),
      decisions: await stage.lead.decisions(flagOf(shop)),
    })),
  );
  await writeFile(join(REPORT, "ramps.json"), JSON.stringify({ flags } satisfies Report, null, 1));
  await stage.prometheus.snapshot(join(REPORT, "prometheus", "tsdb"));
}

/** The service's last words, for whoever looks into a failed scene. */
export async function leaveLog(stage: Stage): Promise<void> {
  await writeFile(join(REPORT, "rampart.log"), stage.rampart.process.output());
}

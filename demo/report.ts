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

/** What an earlier run left must not be taken for this one's. */
export async function clearReport(): Promise<void> {
  await rm(REPORT, { recursive: true, force: true });
  await mkdir(REPORT, { recursive: true });
}

export async function leaveReport(stage: Stage): Promise<void> {
  const flags = await Promise.all(
    [...stage.shops.keys()].map(async (shop) => {
      const { rampart } = stage.serviceOf(shop);
      const reader = rampart.as(await rampart.personToken("release-lead"));
      return {
        flag: flagOf(shop),
        steps: STEPS,
        events: await stage.colleague.events(flagOf(shop)),
        decisions: await reader.decisions(flagOf(shop)),
      };
    }),
  );
  await writeFile(join(REPORT, "ramps.json"), JSON.stringify({ flags } satisfies Report, null, 1));
  await stage.prometheus.snapshot(join(REPORT, "prometheus", "tsdb"));
}

/** The last words of the services, for whoever looks into a failed scene. */
export async function leaveLogs(stage: Stage): Promise<void> {
  for (const shop of stage.shops.keys()) {
    await writeFile(join(REPORT, `rampart-${shop}.log`), stage.serviceOf(shop).rampart.process.output());
  }
}

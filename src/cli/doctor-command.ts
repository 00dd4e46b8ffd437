import { Command, Option } from "commander";
import type { CliContext } from "./context.ts";
import { doctorReport, type DoctorOptions } from "./doctor-report.ts";
import type { Finish } from "./program.ts";
import { describe, withPrinting } from "./program.ts";

const EXAMPLE = `rampart doctor
rampart doctor --prometheus http://127.0.0.1:9090 --unleash https://unleash.example.com`;

export function doctorCommands(context: CliContext, finish: Finish): readonly Command[] {
  const doctor = withPrinting(
    describe(new Command("doctor"), "look at everything Rampart depends on", EXAMPLE),
  )
    .option("--prometheus <url>", "without a configuration: where metrics are (PROMETHEUS_URL)")
    .option("--alertmanager <url>", "without a configuration: where silences are (ALERTMANAGER_URL)")
    .option("--unleash <url>", "without a configuration: where flags are; its token: RAMPART_UNLEASH_TOKEN")
    .option("--unleash-token-file <path>", "file with its token")
    .option("--unleash-client-token-file <path>", "file with a backend token of the environment")
    .option("--environment <name>", "of Unleash (production)")
    .addOption(
      new Option("--for <purpose>", "what gates are to be able to do")
        .choices(["act", "observe"])
        .default("act"),
    )
    .action((options: DoctorOptions) => finish(() => doctorReport(context, options)));
  return [doctor];
}

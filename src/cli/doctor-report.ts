import type { Finding } from "../trial/doctor/finding.ts";
import type { CliContext } from "./context.ts";
import { EXIT, type Exit } from "./exit-codes.ts";
import type { Paint } from "./paint.ts";
import { createPrinter, type PrintOptions } from "./printer.ts";
import { shown } from "./shown.ts";

export type DoctorOptions = PrintOptions & {
  readonly prometheus?: string;
  readonly alertmanager?: string;
  readonly unleash?: string;
  readonly unleashTokenFile?: string;
  readonly unleashClientTokenFile?: string;
  readonly environment?: string;
  readonly for: "act" | "observe";
};

/** Says what was found, and for everything that is not well how to mend it. */
export async function doctorReport(context: CliContext, options: DoctorOptions): Promise<Exit> {
  const { env } = context;
  const printer = createPrinter(context, options);
  const { findings } = await context.standalone.doctor({
    places: {
      prometheus: options.prometheus ?? given(env["PROMETHEUS_URL"]),
      alertmanager: options.alertmanager ?? given(env["ALERTMANAGER_URL"]),
      env,
    },
    unleash: options.unleash ?? null,
    unleashTokenFile: options.unleashTokenFile ?? null,
    unleashClientTokenFile: options.unleashClientTokenFile ?? null,
    environment: options.environment ?? null,
    purpose: options.for,
  });
  printer.data({
    value: {
      findings: findings.map(({ check, verdict, message, mend }) => ({ check, verdict, message, mend })),
    },
    human: () =>
      [...findings.flatMap((each) => linesOf(each, printer.paint)), "", summaryOf(findings)].join("\n"),
    plain: () =>
      findings.map(({ check, verdict, message, mend }) =>
        [verdict, check, message, mend ?? ""].map((text) => String(shown(text))),
      ),
  });
  return exitOf(findings);
}

function given(variable: string | undefined): string | null {
  return variable === undefined || variable === "" ? null : variable;
}

/** A fault that is certain has to be mended whatever else could not be seen. */
function exitOf(findings: readonly Finding[]): Exit {
  const faults = findings.filter(({ verdict }) => verdict === "fault");
  if (faults.some(({ isUnseen }) => !isUnseen)) return EXIT.usage;
  return faults.length > 0 ? EXIT.blind : EXIT.done;
}

const ICONS = { ok: "✔", warning: "!", fault: "✖", skipped: "-" } as const;

function linesOf({ check, verdict, message, mend }: Finding, paint: Paint): readonly string[] {
  const paints = { ok: paint.good, warning: paint.waiting, fault: paint.bad, skipped: paint.faint };
  const said = String(shown(`${check}: ${message}`));
  return [
    `${paints[verdict](ICONS[verdict])} ${said}`,
    ...(mend === null ? [] : [`  ${paint.faint("mend:")} ${String(shown(mend))}`]),
  ];
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (verdict: Finding["verdict"]) => findings.filter((each) => each.verdict === verdict).length;
  const [faults, warnings, skipped] = [count("fault"), count("warning"), count("skipped")];
  return [
    `${count("ok")} well`,
    `${warnings} ${warnings === 1 ? "warning" : "warnings"}`,
    `${faults} ${faults === 1 ? "fault" : "faults"}`,
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ].join(", ");
}

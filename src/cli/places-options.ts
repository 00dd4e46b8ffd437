import type { Command } from "commander";
import type { CliContext } from "./context.ts";
import type { Places } from "./standalone/places.ts";

export type PlacesOptions = { readonly prometheus?: string; readonly alertmanager?: string };

/** The options of every command that reads metrics without a server. */
export function withPlaces(command: Command): Command {
  return command
    .option("--prometheus <url>", "the Prometheus (PROMETHEUS_URL; else the configuration's)")
    .option("--alertmanager <url>", "the Alertmanager (ALERTMANAGER_URL; else the configuration's)");
}

export function placesOf(context: CliContext, options: PlacesOptions): Places {
  return {
    prometheus: options.prometheus ?? present(context.env["PROMETHEUS_URL"]),
    alertmanager: options.alertmanager ?? present(context.env["ALERTMANAGER_URL"]),
    env: context.env,
  };
}

function present(value: string | undefined): string | null {
  return value === undefined || value === "" ? null : value;
}

import { installCommand, installDebianPackages, isDebian, listed } from "./debian.mjs";

/** Debian's names; upstream calls the last one alertmanager. */
const COMMANDS = ["prometheus", "promtool", "prometheus-alertmanager"];
const PACKAGES = ["prometheus", "prometheus-alertmanager"];

/** Tests and demo talk to a real Prometheus and Alertmanager: Debian's, installed here when this is root on Debian or Ubuntu. */
export async function installPrometheus(machine) {
  const missing = missingCommands(machine);
  if (missing === undefined) return undefined;

  if (!isDebian(machine)) {
    return `${missing} missing. Install Prometheus 2.42 and Alertmanager 0.25, or newer, from https://prometheus.io/download so that prometheus, promtool and, as prometheus-alertmanager, alertmanager are on the PATH, and run the command again.`;
  }
  if (!machine.isRoot) {
    return `${missing} missing (Debian packages ${listed(PACKAGES)}). Run: sudo apt-get update && sudo ${installCommand(PACKAGES).join(" ")}`;
  }

  const code = await installDebianPackages(machine, PACKAGES);
  if (code !== 0) return `apt-get ended with ${code}; its messages stand above`;

  const still = missingCommands(machine);
  return still === undefined
    ? undefined
    : `${still} missing although the packages ${listed(PACKAGES)} are installed`;
}

function missingCommands(machine) {
  const missing = COMMANDS.filter((command) => !machine.hasCommand(command));
  if (missing.length === 0) return undefined;
  return `${listed(missing)} ${missing.length === 1 ? "is" : "are"}`;
}

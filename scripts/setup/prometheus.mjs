/** Debian's names; upstream calls the last one alertmanager. */
const COMMANDS = ["prometheus", "promtool", "prometheus-alertmanager"];
const PACKAGES = ["prometheus", "prometheus-alertmanager"];
const INSTALL = ["apt-get", "install", "-y", "--no-install-recommends", ...PACKAGES];
const POLICY = "/usr/sbin/policy-rc.d";

/** Tests and demo talk to a real Prometheus and Alertmanager: Debian's, installed here when this is root on Debian or Ubuntu. */
export async function installPrometheus(machine) {
  const missing = missingCommands(machine);
  if (missing === undefined) return undefined;

  if (!isDebian(machine)) {
    return `${missing} missing. Install Prometheus 2.42 and Alertmanager 0.25, or newer, from https://prometheus.io/download so that prometheus, promtool and, as prometheus-alertmanager, alertmanager are on the PATH, and run the command again.`;
  }
  if (!machine.isRoot) {
    return `${missing} missing (Debian packages ${PACKAGES.join(" and ")}). Run: sudo apt-get update && sudo ${INSTALL.join(" ")}`;
  }

  machine.say(`installing the Debian packages ${PACKAGES.join(" and ")}`);
  const code = await withoutServices(machine, () => install(machine));
  if (code !== 0) return `apt-get ended with ${code}; its messages stand above`;

  const still = missingCommands(machine);
  return still === undefined
    ? undefined
    : `${still} missing although the packages ${PACKAGES.join(" and ")} are installed`;
}

function missingCommands(machine) {
  const missing = COMMANDS.filter((command) => !machine.hasCommand(command));
  if (missing.length === 0) return undefined;
  return `${listed(missing)} ${missing.length === 1 ? "is" : "are"}`;
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names) {
  const last = names.at(-1);
  return names.length === 1 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

function isDebian(machine) {
  const release = machine.read("/etc/os-release") ?? "";
  return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(release) && machine.hasCommand("apt-get");
}

async function install(machine) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const updated = await machine.run("apt-get", ["update", "-qq"], { env });
  if (updated !== 0) return updated;
  const [command, ...args] = INSTALL;
  return machine.run(command, [...args, "-qq"], { env });
}

/** The packages would start services of their own; Debian's way to say no is this file, kept only meanwhile. */
async function withoutServices(machine, work) {
  if (machine.exists(POLICY)) return work();
  machine.write(POLICY, "#!/bin/sh\nexit 101\n", 0o755);
  try {
    return await work();
  } finally {
    machine.remove(POLICY);
  }
}

const COMMANDS = ["prometheus", "promtool"];
const INSTALL = ["apt-get", "install", "-y", "--no-install-recommends", "prometheus"];
const POLICY = "/usr/sbin/policy-rc.d";

/** Tests and demo talk to a real Prometheus: Debian's, installed here when this is root on Debian or Ubuntu. */
export async function installPrometheus(machine) {
  const missing = missingCommands(machine);
  if (missing === undefined) return undefined;

  if (!isDebian(machine)) {
    return `${missing} missing. Install Prometheus 2.42 or newer from https://prometheus.io/download so that prometheus and promtool are on the PATH, and run the command again.`;
  }
  if (!machine.isRoot) {
    return `${missing} missing (Debian package prometheus). Run: sudo apt-get update && sudo ${INSTALL.join(" ")}`;
  }

  machine.say("installing the Debian package prometheus");
  const code = await withoutServices(machine, () => install(machine));
  if (code !== 0) return `apt-get ended with ${code}; its messages stand above`;

  const still = missingCommands(machine);
  return still === undefined ? undefined : `${still} missing although the package prometheus is installed`;
}

function missingCommands(machine) {
  const missing = COMMANDS.filter((command) => !machine.hasCommand(command));
  if (missing.length === 0) return undefined;
  return `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"}`;
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

/** The package would start a Prometheus of its own; Debian's way to say no is this file, kept only meanwhile. */
async function withoutServices(machine, work) {
  if (machine.exists(POLICY)) return work();
  machine.write(POLICY, "#!/bin/sh\nexit 101\n", 0o755);
  try {
    return await work();
  } finally {
    machine.remove(POLICY);
  }
}

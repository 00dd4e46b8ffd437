const POLICY = "/usr/sbin/policy-rc.d";

/** Debian or one of its children, by its own words. */
export function isDebian(machine) {
  const release = machine.read("/etc/os-release") ?? "";
  return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(release) && machine.hasCommand("apt-get");
}

/** The command that installs these packages, as a person would type it. */
export function installCommand(packages) {
  return ["apt-get", "install", "-y", "--no-install-recommends", ...packages];
}

/** Installs packages as root, none of their services started; gives the exit code of apt-get. */
export function installDebianPackages(machine, packages) {
  machine.say(`installing the Debian packages ${listed(packages)}`);
  return withoutServices(machine, () => install(machine, packages));
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names) {
  const last = names.at(-1);
  return names.length === 1 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

async function install(machine, packages) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const updated = await machine.run("apt-get", ["update", "-qq"], { env });
  if (updated !== 0) return updated;
  const [command, ...args] = installCommand(packages);
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

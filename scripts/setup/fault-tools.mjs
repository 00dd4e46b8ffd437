import { installCommand, installDebianPackages, isDebian, listed } from "./debian.mjs";

/** What the fault scenarios take to disturb a process and its disk, each with its Debian package. */
const TOOLS = { strace: "strace", faketime: "faketime", "mkfs.ext4": "e2fsprogs" };

/** Installed where that is possible. Where it is not, the scenarios that need them are skipped, and all the rest is played. */
export async function installFaultTools(machine) {
  const missing = Object.keys(TOOLS).filter((command) => !machine.hasCommand(command));
  if (missing.length === 0) return;
  const packages = missing.map((command) => TOOLS[command]);
  if (!isDebian(machine)) return sayWithout(machine, missing, "install them");
  if (!machine.isRoot) return sayWithout(machine, missing, `run: sudo ${installCommand(packages).join(" ")}`);

  const code = await installDebianPackages(machine, packages);
  if (code !== 0) sayWithout(machine, missing, `apt-get ended with ${code}; its messages stand above`);
}

function sayWithout(machine, missing, why) {
  machine.say(`without ${listed(missing)} some fault scenarios will NOT be played: ${why}`);
}

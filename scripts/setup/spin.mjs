import { installCommand, installDebianPackages, isDebian, listed } from "./debian.mjs";

const PACKAGES = ["spin", "gcc", "libc6-dev"];
/** What no C program compiles without; the compiler alone does not bring it. */
const HEADER = "/usr/include/stdio.h";

/**
 * The model of the write protocol is checked with Spin: Debian's, installed here when this is root on Debian or Ubuntu.
 * Nothing else needs it, so a machine without it is told so and can do all the rest.
 */
export async function installSpin(machine) {
  if (hasSpin(machine)) return;
  if (!isDebian(machine)) return sayWithout(machine, "install spin (https://spinroot.com) and a C compiler");
  if (!machine.isRoot) return sayWithout(machine, `run: sudo ${installCommand(PACKAGES).join(" ")}`);

  const code = await installDebianPackages(machine, PACKAGES);
  if (code !== 0) return sayWithout(machine, `apt-get ended with ${code}; its messages stand above`);
  if (!hasSpin(machine)) return sayWithout(machine, `the packages ${listed(PACKAGES)} did not bring it`);
}

function hasSpin(machine) {
  return machine.hasCommand("spin") && machine.hasCommand("gcc") && machine.exists(HEADER);
}

function sayWithout(machine, why) {
  machine.say(`there is no spin here, so the model in test/model will NOT be checked: ${why}`);
}

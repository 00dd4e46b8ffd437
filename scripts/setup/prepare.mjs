import { installFaultTools } from "./fault-tools.mjs";
import { checkOldestNode, checkPlatform, findNode } from "./node.mjs";
import { installPackages } from "./packages.mjs";
import { linkPostgres } from "./postgres.mjs";
import { installPrometheus } from "./prometheus.mjs";
import { installSpin } from "./spin.mjs";

/** Brings the checkout into shape; says which Node to use, or what is missing. Repeating it changes nothing. */
export async function prepare(machine, purpose) {
  const unfit = checkOldestNode(machine) ?? checkPlatform(machine);
  if (unfit !== undefined) return { problem: unfit };

  const notInstalled = await installPackages(machine);
  if (notInstalled !== undefined) return { problem: notInstalled };

  const found = findNode(machine);
  if ("problem" in found || purpose === "check") return found;

  if (purpose === "ci") await installSpin(machine);
  if (purpose === "faults") await installFaultTools(machine);
  const missing = (await installPrometheus(machine)) ?? (await linkPostgres(machine, found.node));
  return missing === undefined ? found : { problem: missing };
}

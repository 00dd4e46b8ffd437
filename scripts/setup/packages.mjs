import { join } from "node:path";

/** Runs `npm ci` unless node_modules already holds what package-lock.json asks for. */
export async function installPackages(machine) {
  const lock = machine.read(join(machine.root, "package-lock.json"));
  if (lock === undefined) return `there is no package-lock.json in ${machine.root}`;

  // npm ci empties node_modules first, so the stamp stands only after an installation that ended well.
  const stamp = join(machine.root, "node_modules", ".rampart-installed");
  const wanted = machine.sha256(lock);
  if (machine.read(stamp)?.trim() === wanted) return undefined;

  if (!machine.hasCommand("npm"))
    return "npm is missing; it comes with Node, see https://nodejs.org/en/download";
  machine.say("installing packages (npm ci)");
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const code = await machine.run("npm", args, { cwd: machine.root });
  if (code !== 0) return `npm ci ended with ${code}; its messages stand above`;

  machine.write(stamp, `${wanted}\n`);
  return undefined;
}

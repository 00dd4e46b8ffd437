import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Everything setup asks of the machine or does to it; a test hands in another one. */
export function thisMachine() {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  return {
    root,
    nodeVersion: process.versions.node,
    nodePath: process.execPath,
    platform: process.platform,
    arch: process.arch,
    isRoot: process.getuid?.() === 0,
    exists: (path) => existsSync(path),
    read: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
    write: (path, text, mode) => writeFileSync(path, text, { mode }),
    remove: (path) => rmSync(path, { force: true }),
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    hasCommand,
    versionOf,
    run,
    say: (text) => process.stderr.write(`setup: ${text}\n`),
  };
}

function hasCommand(name) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => isProgram(join(folder, name)));
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What a Node at this path says of itself; undefined when it does not run here. */
function versionOf(path) {
  const asked = spawnSync(path, ["--version"], { encoding: "utf8" });
  return asked.status === 0 ? asked.stdout.trim().replace(/^v/, "") : undefined;
}

/**
 * Runs a step of the setup and resolves to its exit code. Its output goes to stderr: stdout belongs to the
 * command that is set up for. A Ctrl-C reaches the step itself; staying alive here lets the caller clean up.
 */
function run(command, args, options = {}) {
  process.on("SIGINT", stay);
  process.on("SIGTERM", stay);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", 2, 2],
    });
    const end = (code) => {
      process.off("SIGINT", stay);
      process.off("SIGTERM", stay);
      resolve(code);
    };
    child.once("error", () => end(127));
    child.once("exit", (code) => end(code ?? 1));
  });
}

function stay() {}

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** Runs a command with this Node and the installed tools first on the PATH, and ends as the command ends. */
export function runCommand(root, node, [name, ...args]) {
  const tools = join(root, "node_modules", ".bin");
  const path = [dirname(node), tools, process.env.PATH ?? ""].join(delimiter);
  // Whatever runs here starts the program from its sources many times over.
  const compiled = process.env.NODE_COMPILE_CACHE ?? join(root, "node_modules", ".cache", "node");
  const child = spawn(locate(name, node, tools), args, {
    stdio: "inherit",
    env: { ...process.env, PATH: path, NODE_COMPILE_CACHE: compiled },
  });

  // A Ctrl-C in a terminal goes to the whole foreground group: the command has it already.
  const typed = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on("SIGINT", () => typed || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));

  return new Promise((resolve) => {
    child.once("error", (error) => {
      process.stderr.write(`setup: cannot run ${name}: ${error.message}\n`);
      process.exitCode = 127;
      resolve();
    });
    child.once("exit", (code, signal) => {
      process.exitCode = code ?? 128 + constants.signals[signal];
      resolve();
    });
  });
}

/** An installed tool wins over one of the same name beside a Node from elsewhere. */
function locate(name, node, tools) {
  if (name === "node") return node;
  const tool = join(tools, name);
  return existsSync(tool) ? tool : name;
}

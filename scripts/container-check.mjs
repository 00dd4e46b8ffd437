/**
 * Does in an empty folder what the Dockerfile does in an image, where there is no container engine: copies what it
 * copies, runs its npm commands, then starts its entry point. Fails when a package is missing or superfluous.
 *
 *     node scripts/container-check.mjs        (Node 24)
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { copiesOf, instructionsOf, npmCommandsOf, wordsOf } from "./container/dockerfile.mjs";
import { compareWithLock } from "./container/production.mjs";
import { statusOf } from "./container/program.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const instructions = instructionsOf(readFileSync(join(root, "Dockerfile"), "utf8"));
const app = mkdtempSync(join(tmpdir(), "rampart-container-"));

try {
  copySources();
  checkIgnored();
  installPackages();
  checkPackages();
  checkEntryPoint();
  await checkHealth();
} finally {
  rmSync(app, { recursive: true, force: true });
}

function copySources() {
  for (const { sources, to } of copiesOf(instructions)) {
    for (const source of sources) {
      const target = to.endsWith("/") ? join(to, basename(source)) : to;
      demand(existsSync(join(root, source)), `the Dockerfile copies ${source}, which is not there`);
      cpSync(join(root, source), join(app, target), { recursive: true });
    }
  }
}

/** An ignored source would be missing in the image although it lies in the checkout. */
function checkIgnored() {
  const lines = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
  demand(lines.includes("*"), ".dockerignore does not ignore everything first");
  for (const source of copiesOf(instructions).flatMap(({ sources }) => sources)) {
    demand(lines.includes(`!${source}`), `.dockerignore leaves ${source} out, which the Dockerfile copies`);
  }
}

function installPackages() {
  for (const [program, ...args] of npmCommandsOf(instructions)) {
    // The cache outside an image is somebody's own.
    if (args[0] === "cache") continue;
    const env = { ...process.env, NODE_ENV: "production", npm_config_prefer_offline: "true" };
    const ran = spawnSync(program, args, { cwd: app, env, stdio: ["ignore", "ignore", "inherit"] });
    demand(ran.status === 0, `${program} ${args.join(" ")} ended with ${ran.status}`);
  }
}

function checkPackages() {
  const lock = JSON.parse(readFileSync(join(app, "package-lock.json"), "utf8"));
  const installed = JSON.parse(readFileSync(join(app, "node_modules", ".package-lock.json"), "utf8"));
  const { count, missing, superfluous } = compareWithLock(lock, installed);
  demand(missing.length === 0, `production packages that were not installed: ${missing.join(", ")}`);
  demand(
    superfluous.length === 0,
    `installed packages that are not for production: ${superfluous.join(", ")}`,
  );
  say(`${count} packages, all for production`);
}

function checkEntryPoint() {
  const [program, ...args] = wordsOf(instructions, "ENTRYPOINT");
  demand(program === "node", `the entry point runs ${program}, not node`);
  const { version } = JSON.parse(readFileSync(join(app, "package.json"), "utf8"));
  const ran = spawnSync(process.execPath, [...args, "version"], { cwd: app, encoding: "utf8" });
  demand(ran.status === 0, `${args.join(" ")} version ended with ${ran.status}:\n${ran.stderr}`);
  demand(ran.stdout.includes(version), `it calls itself ${ran.stdout.trim()}, package.json says ${version}`);
  say(`${args.join(" ")} version: ${ran.stdout.trim()}`);
}

async function checkHealth() {
  const [, ...args] = wordsOf(instructions, "HEALTHCHECK");
  const answers = { 200: 0, 503: 1 };
  for (const [status, expected] of Object.entries(answers)) {
    const server = createServer((_, response) => response.writeHead(Number(status)).end());
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${server.address().port}/healthz`;
    const code = await statusOf(process.execPath, args, { ...process.env, RAMPART_HEALTH_URL: url });
    server.close();
    demand(code === expected, `the health check ends with ${code} when the server answers ${status}`);
  }
  say("the health check tells 200 from 503");
}

function demand(holds, complaint) {
  if (!holds) throw new Error(complaint);
}

function say(text) {
  process.stdout.write(`container: ${text}\n`);
}

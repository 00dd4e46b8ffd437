#!/usr/bin/env node
/**
 * The command `rampart`. In a checkout (`npx rampart`, `./rampart`) it installs what is missing and runs the sources on the Node
 * they are made for; in the package it runs what was built of them.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const setup = new URL("../scripts/setup.mjs", import.meta.url);
if (existsSync(setup)) {
  process.argv.splice(
    2,
    0,
    "--for",
    "check",
    "--",
    "node",
    fileURLToPath(new URL("../src/main.ts", import.meta.url)),
  );
  await import(setup.href);
} else {
  await import("../dist/main.js");
}

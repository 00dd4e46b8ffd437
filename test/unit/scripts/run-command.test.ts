import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MODULE = new URL("../../../scripts/setup/run-command.mjs", import.meta.url).href;
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

test("the command runs on the Node that was found, with its arguments as they were typed", async () => {
  const { output, code } = await finished(
    start("node", "-p", "JSON.stringify([process.version, ...process.argv.slice(1)])", "a b", "--c"),
  );
  expect(JSON.parse(output)).toEqual([process.version, "a b", "--c"]);
  expect(code).toBe(0);
});

test("an installed tool is found by its name and runs on the same Node", async () => {
  const { output } = await finished(start("vitest", "--version"));
  expect(output).toContain(`node-${process.version}`);
});

test("the command's exit code is passed on", async () => {
  expect(await finished(start("node", "-e", "process.exit(7)"))).toMatchObject({ code: 7 });
});

test("a command that does not exist ends with 127", async () => {
  expect(await finished(start("no-such-command"))).toMatchObject({ code: 127 });
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "%s reaches the command, which may end in its own way",
  async (signal) => {
    const program = `process.on("${signal}", () => { console.log("bye"); process.exit(3); }); console.log("up"); setInterval(() => {}, 1000);`;
    const running = start("node", "-e", program);
    await once(running.stdout, "data");
    const end = finished(running);
    running.kill(signal);
    expect(await end).toMatchObject({ output: "bye\n", code: 3 });
  },
);

test("a command that a signal ends has 128 and the signal's number as exit code", async () => {
  const running = start("node", "-e", 'console.log("up"); setInterval(() => {}, 1000);');
  await once(running.stdout, "data");
  const end = finished(running);
  running.kill("SIGTERM");
  expect(await end).toMatchObject({ code: 143 });
});

type Running = ChildProcessByStdio<null, Readable, Readable>;

function start(...command: readonly string[]): Running {
  const program = `(await import(${JSON.stringify(MODULE)})).runCommand(${JSON.stringify(ROOT)}, process.execPath, ${JSON.stringify(command)})`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function finished(running: Running): Promise<{ output: string; code: number | null }> {
  let output = "";
  running.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(running, "close")) as [number | null];
  return { output, code };
}

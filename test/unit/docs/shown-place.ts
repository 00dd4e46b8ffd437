import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CliContext } from "../../../src/cli/context.ts";
import { runCli } from "../../../src/cli/run-cli.ts";
import type { Standalone } from "../../../src/cli/standalone.ts";
import type { Scope } from "../../../src/domain/principal.ts";
import { readEnv } from "../../../src/config/env.ts";
import { serve } from "../../../src/serve.ts";
import { createServer } from "../../../src/http/server.ts";
import { lintPath } from "../../../src/lint-path.ts";
import { openTokens } from "../../../src/open-tokens.ts";
import { readText } from "../../../src/read-text.ts";
import { saveNew } from "../../../src/save-new.ts";
import { STANDALONE } from "../../../src/standalone-commands.ts";
import { testDoor, type TestDoor } from "../../http/door.ts";

const SCOPES: readonly Scope[] = ["read", "start", "stop", "operate", "approve", "adopt", "changes", "admin"];

const notHere = () => Promise.reject(new Error("this scene does not say what comes of it"));

export type Said = { readonly text: string; readonly exit: number };

/** A folder that a command is typed in, and a server that it reaches. */
export type Place = {
  readonly folder: string;
  readonly door: TestDoor;
  /** Commands of which a scene says the outcome; all others do what they do. */
  scripted: Partial<Standalone>;
  env: Record<string, string>;
  /** Words of the page that mean something else here. */
  replaced: Readonly<Record<string, string>>;
  readonly write: (path: string, text: string) => void;
  readonly run: (args: readonly string[]) => Promise<Said>;
  /** To be called when the command has ended, the last first. */
  readonly afterwards: (() => unknown)[];
};

/** Lets somebody work in a fresh folder beside a server of its own, both gone afterwards. */
export async function inPlace<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "rampart-shown-"));
  const door = testDoor();
  const server = createServer(door.app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const place: Place = {
    folder,
    door,
    scripted: {},
    afterwards: [],
    replaced: {},
    env: {
      RAMPART_URL: `http://127.0.0.1:${port}`,
      RAMPART_TOKEN: door.token("person", "anna", SCOPES),
    },
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    async run(args) {
      const said = { text: "" };
      const exit = await runCli(args, contextOf(place, said));
      return { ...said, exit };
    },
  };
  process.chdir(folder);
  try {
    return await work(place);
  } finally {
    for (const close of place.afterwards.toReversed()) await close();
    process.chdir(before);
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The server itself, asked to stop before it begins. */
function serveFrom(configPath: string, said: { text: string }): Promise<number> {
  const output = { write: (text: string) => void (said.text += text) };
  return serve({
    configPath,
    env: readEnv({}),
    stdout: output,
    stderr: output,
    asked: Promise.resolve("SIGTERM"),
    onReload: () => undefined,
    exit: () => undefined,
  });
}

/** What is said on both ends of the command, as a terminal shows it. */
function contextOf({ door, env, scripted }: Place, said: { text: string }): CliContext {
  const output = { write: (text: string) => void (said.text += text), isTTY: false, columns: null };
  return {
    stdout: output,
    stderr: output,
    stdin: { isTTY: false, read: notHere, ask: notHere },
    env,
    fetch: globalThis.fetch,
    clock: { ...door.clock, sleep: async (ms) => void (door.clock.at += ms) },
    timeZone: "Europe/Berlin",
    stop: new AbortController().signal,
    newKey: () => "key-1",
    readText,
    saveNew,
    version: "0.1.0",
    serve: (configPath) => serveFrom(configPath, said),
    openTokens,
    lintPath: (path) => lintPath(path, "config/rampart.yaml"),
    standalone: {
      ...STANDALONE,
      init: notHere,
      doctor: notHere,
      testGates: notHere,
      lintOnline: notHere,
      plan: notHere,
      backtest: notHere,
      ...scripted,
    },
  };
}

import type { CliContext, Fetch, LintOutcome } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { parseDuration } from "../../src/text/duration-text.ts";
import { NOON } from "../support/fake-controller.ts";
import { memoryTokens, testClock, countingRandom } from "../http/door.ts";
import { createTokenDesk } from "../../src/http/auth/token-desk.ts";
import { ANSWERS } from "./answers.ts";
import type { CliCase } from "./case-file.ts";
import { scriptedStandalone } from "./scripted-standalone.ts";

export type CaseResult = {
  readonly requests: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
};

const GATE_FILE = "schema: gate/v1\nhodl: 5m\n";

const PROBLEM = {
  file: "gates/erp.yaml",
  line: 2,
  column: 1,
  length: 4,
  code: "R101",
  severity: "error",
  message: "unknown key `hodl`",
  suggestion: "hold",
} as const;

const LINTS: Readonly<Record<string, LintOutcome>> = {
  "gates/good": { kind: "checked", problems: [], sources: new Map([["gates/good/erp.yaml", ""]]) },
  gates: { kind: "checked", problems: [PROBLEM], sources: new Map([["gates/erp.yaml", GATE_FILE]]) },
  "gates/warning": {
    kind: "checked",
    problems: [{ ...PROBLEM, severity: "warning" }],
    sources: new Map([["gates/erp.yaml", GATE_FILE]]),
  },
  "gates/hint": {
    kind: "checked",
    problems: [{ ...PROBLEM, severity: "hint" }],
    sources: new Map([["gates/erp.yaml", GATE_FILE]]),
  },
};

export const FILES: Readonly<Record<string, string>> = {
  "/run/secrets/token": "rmp_from_file\n",
  "/run/secrets/two-lines": "one\ntwo\n",
};

/** Runs the real command line against a world made of the case alone. */
export async function runCase(given: CliCase): Promise<CaseResult> {
  const { context, said, requests } = worldOf(given);
  const exit = await runCli(given.args, context);
  return { requests, ...said, exit };
}

/** A world in which nothing is but what the case gives, and what was said and asked in it so far. */
export function worldOf(given: Pick<CliCase, "given" | "exchanges">) {
  const said = { stdout: "", stderr: "" };
  const requests: string[] = [];
  const stop = new AbortController();
  let elapsed = 0;
  const has = (word: string) => given.given.includes(word);
  const setting = (name: string) =>
    given.given.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? null;
  const isTTY = has("tty");
  const columns = setting("columns");
  const env = Object.fromEntries(
    given.given.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
  const looks = Number(setting("stop-after") ?? Infinity);
  let slept = 0;

  function exchange(request: string): string {
    requests.push(request);
    const response = given.exchanges[requests.length - 1]?.response;
    if (response === undefined) throw new Error(`nothing answers ${request}`);
    return response;
  }

  const fetch: Fetch = async (url, { method, headers, body }) => {
    const at = new URL(url);
    const wait = headers["Prefer"] === undefined ? "" : ` (${headers["Prefer"]})`;
    const response = exchange(
      [`${method} ${at.pathname}${at.search}${wait}`, ...(body === undefined ? [] : [body])].join(" "),
    );
    if (response === "down") {
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
      });
    }
    const parts = /^(?<status>\d+)(?: after (?<after>\S+))?(?: retry (?<retry>\d+))?(?: (?<body>.*))?$/.exec(
      response,
    )?.groups;
    elapsed += parseDuration(parts?.["after"] ?? "0s") ?? 0;
    const text = parts?.["body"] ?? "";
    const named = text.startsWith("@") ? ANSWERS[text.slice(1)] : undefined;
    if (text.startsWith("@") && named === undefined) throw new Error(`there is no answer ${text}`);
    return {
      status: Number(parts?.["status"]),
      headers: { get: (name) => (name === "Retry-After" ? (parts?.["retry"] ?? null) : null) },
      text: async () => (named === undefined ? text : JSON.stringify(named)),
      body: null,
    };
  };

  const tokens = memoryTokens();
  const context: CliContext = {
    stdout: {
      write: (text) => void (said.stdout += text),
      isTTY,
      columns: columns === null ? null : Number(columns),
    },
    stderr: { write: (text) => void (said.stderr += text), isTTY, columns: null },
    stdin: {
      isTTY,
      read: async () => setting("stdin") ?? "",
      async ask(question) {
        said.stdout += `${question}\n`;
        return setting("answer") ?? "";
      },
    },
    env,
    fetch,
    clock: {
      now: () => NOON + elapsed,
      elapsed: () => elapsed,
      async sleep(ms) {
        elapsed += ms;
        slept += 1;
        if (slept >= looks) stop.abort();
      },
    },
    timeZone: "Europe/Berlin",
    stop: stop.signal,
    newKey: () => "key-1",
    readText: async (path) => FILES[path] ?? null,
    saveNew: async (path) => ({ ok: false, message: `${path} cannot be written (EROFS)` }),
    version: "0.1.0",
    async serve(path) {
      said.stderr += `serving with ${path}\n`;
      return 0;
    },
    async openTokens(path, config) {
      said.stderr += `opened ${path} with ${config}\n`;
      if (path === "locked.db") return { ok: false, message: "locked.db is in use: stop the server first" };
      const desk = createTokenDesk({
        tokens,
        people: () => [{ name: "anna", groups: [] }],
        clock: testClock(),
        random: countingRandom(),
        environment: "production",
      });
      return { ok: true, desk, close: async () => void (said.stderr += "closed the store\n") };
    },
    lintPath: async (path) => LINTS[path] ?? { kind: "unreadable", message: `${path} cannot be read` },
    standalone: scriptedStandalone(exchange),
  };
  return { context, said, requests };
}

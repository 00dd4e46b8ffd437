import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { EXIT } from "../../../src/cli/exit-codes.ts";
import { runCase } from "../../cli/run-case.ts";
import { blocks, page, rows } from "./doc-files.ts";

const TEXT = page("docs/ci.md");

type Step = {
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
};
type Job = { readonly needs?: string; readonly steps: readonly Step[]; readonly environment?: string };
type Workflow = {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
};

function blocksUnder(heading: string, language: string): readonly string[] {
  const [, section = ""] = TEXT.split(`\n## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  const found = blocks(own).filter((block) => block.language === language);
  if (found.length === 0) throw new Error(`no ${language} under ${heading}`);
  return found.map(({ text }) => text);
}

function workflow(heading: string): Workflow {
  return parse(blocksUnder(heading, "yaml")[0] ?? "") as Workflow;
}

/** Both programs write down how they were called; Rampart's answer to `check` is the one the test wants. */
const FAKE_RAMPART = `
case " $* " in
  *" check "*) code="\${CHECK_ENDS:-0}" ;;
  *" deployed "*) code="\${DEPLOYED_ENDS:-0}" ;;
  *) code="\${OTHER_ENDS:-0}" ;;
esac
echo "$(basename "$0") $*" >> "$LOG"
exit "$code"
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rampart-ci-"));
  const programs = {
    docker: FAKE_RAMPART,
    node: FAKE_RAMPART,
    "deploy.sh": `echo deploy >> "$LOG"\nexit "\${DEPLOY_ENDS:-0}"\n`,
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}`);
    chmodSync(join(folder, name), 0o755);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Ran = { readonly code: number | null; readonly calls: readonly string[]; readonly said: string };

/** Runs a script as the pipeline would, beside a container engine that is none. */
function run(shell: readonly string[], script: string, env: Readonly<Record<string, string>> = {}): Ran {
  const log = join(folder, "log");
  rmSync(log, { force: true });
  const [program = "", ...args] = shell;
  const { status, stdout } = spawnSync(program, [...args, script], {
    cwd: folder,
    encoding: "utf8",
    env: {
      PATH: `${folder}:/usr/bin:/bin`,
      LOG: log,
      RAMPART_IMAGE: "img",
      RAMPART_GIT_IMAGE: "git-img",
      RAMPART_URL: "https://rampart.example.com",
      RAMPART_TOKEN: "rmp_secret",
      PROMETHEUS_URL: "http://prometheus:9090",
      VERSION: "4f2a91c",
      GITHUB_SHA: "4f2a91c",
      CI_COMMIT_SHA: "4f2a91c",
      ...env,
    },
  });
  const calls = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  return { code: status, calls, said: stdout };
}

const GITHUB_SHELL = ["bash", "-e", "-c"] as const;
const GITLAB_SHELL = ["bash", "-eo", "pipefail", "-c"] as const;
/** Every code of Rampart's, and those of a container engine. */
const REFUSALS = [...Object.values(EXIT).filter((code) => code !== EXIT.done), 125, 126, 127, 137];

describe("the table of exit codes", () => {
  test("has every code, and only 0 goes on", () => {
    const table = rows(TEXT).filter((row) => row.length === 4 && /\d/.test(row[0] ?? ""));
    const rampart = table.filter(([code]) => /^\d$/.test(code ?? ""));
    expect(rampart.map(([code]) => Number(code))).toEqual(Object.values(EXIT));
    expect(table.filter(([, , job]) => !job?.startsWith("fails")).map(([code]) => code)).toEqual(["0"]);
  });
});

describe("the shell script with a server", () => {
  const [script = ""] = blocksUnder("Plain shell", "sh");

  test("deploys and tells at 0", () => {
    const ran = run(["sh", "-c"], script);
    const docker = "docker run --rm --env RAMPART_URL --env RAMPART_TOKEN img";
    expect(ran).toMatchObject({
      code: 0,
      calls: [
        `${docker} check checkout --for deploy --wait 20m`,
        "deploy",
        `${docker} deployed checkout --version 4f2a91c`,
      ],
    });
  });

  test.each(REFUSALS)("ends with %i as the check does, and nothing goes out", (code) => {
    const ran = run(["sh", "-c"], script, { CHECK_ENDS: String(code) });
    expect(ran.code).toBe(code);
    expect(ran.calls).toHaveLength(1);
  });

  test.each([
    [0, "open"],
    [1, "no answer (1): nothing goes out"],
    [2, "no answer (2): nothing goes out"],
    [3, "closed for now: run this job again later"],
    [4, "stopped: a person is needed, see rampart explain checkout"],
    [5, "an approval is missing: rampart approve checkout"],
    [6, "no answer (6): nothing goes out"],
    [7, "closed for now: run this job again later"],
    [125, "no answer (125): nothing goes out"],
  ])("says at %i what it means", (code, says) => {
    expect(run(["sh", "-c"], script, { CHECK_ENDS: String(code) }).said).toBe(`${says}\n`);
  });

  test("tells nothing of a deploy that failed", () => {
    const ran = run(["sh", "-c"], script, { DEPLOY_ENDS: "9" });
    expect(ran.code).toBe(9);
    expect(ran.calls.at(-1)).toBe("deploy");
  });

  test("is red when the deploy could not be told", () => {
    expect(run(["sh", "-c"], script, { DEPLOYED_ENDS: "6" }).code).toBe(6);
  });

  test("never shows the token to other users of the machine", () => {
    expect(run(["sh", "-c"], script).calls.join("\n")).not.toContain("rmp_secret");
  });
});

describe("the shell script without a server", () => {
  const [, script = ""] = blocksUnder("Plain shell", "sh");

  test("checks the file, then deploys", () => {
    expect(run(["sh", "-c"], script).calls).toEqual([
      `docker run --rm --volume ${folder}/gates:/gates:ro img check /gates/checkout.yaml --prometheus http://prometheus:9090`,
      "deploy",
    ]);
  });

  test.each(REFUSALS)("ends with %i as the check does, and nothing goes out", (code) => {
    const ran = run(["sh", "-c"], script, { CHECK_ENDS: String(code) });
    expect(ran.code).toBe(code);
    expect(ran.calls).toHaveLength(1);
  });
});

describe("the workflow for GitHub", () => {
  const { jobs } = workflow("GitHub Actions");

  test("deploys after the gate, which comes after the files", () => {
    expect(Object.fromEntries(Object.entries(jobs).map(([name, { needs }]) => [name, needs]))).toEqual({
      files: undefined,
      gate: "files",
      deploy: "gate",
      told: "deploy",
    });
  });

  const scripts = Object.entries(jobs).flatMap(([name, { steps }]) =>
    steps.flatMap((step) => (step.run === undefined ? [] : [[name, step.run] as const])),
  );

  test.each(scripts)("a step of %s ends with whatever it ran ends with: %s", (_job, script) => {
    expect(run(GITHUB_SHELL, script).code).toBe(0);
    for (const code of REFUSALS) {
      const ends = Object.fromEntries(
        ["CHECK_ENDS", "DEPLOYED_ENDS", "OTHER_ENDS", "DEPLOY_ENDS"].map((name) => [name, String(code)]),
      );
      expect(run(GITHUB_SHELL, script, ends).code).toBe(code);
    }
  });

  test("checks files, gate, deploys and tells, in that order", () => {
    expect(
      scripts
        .flatMap(([, script]) => run(GITHUB_SHELL, script).calls)
        .map((call) => call.replace(/^.*img /, "")),
    ).toEqual([
      "lint /gates --strict",
      "publish --check --gates /repository/gates",
      "check checkout --for deploy --wait 20m",
      "deploy",
      "deployed checkout --version 4f2a91c",
    ]);
  });

  test("fetches the history that publish needs", () => {
    expect(jobs["files"]?.steps[0]).toMatchObject({
      uses: expect.stringMatching(/^actions\/checkout@/),
      with: { "fetch-depth": 0 },
    });
  });
});

test("the way around for GitHub is started by a person, for a reason, in a protected place, and tells", () => {
  const byHand = workflow("When it must go out anyway") as Workflow & {
    readonly on: { readonly workflow_dispatch: { readonly inputs: { readonly reason: unknown } } };
  };
  expect(Object.keys(byHand.on)).toEqual(["workflow_dispatch"]);
  expect(byHand.on.workflow_dispatch.inputs.reason).toMatchObject({ required: true });
  expect(byHand.jobs["deploy"]?.environment).toBe("production-by-hand");
  const calls = byHand.jobs["deploy"]?.steps.flatMap(({ run: script }) =>
    script === undefined ? [] : run(GITHUB_SHELL, script).calls,
  );
  expect(calls?.map((call) => call.replace(/^.*img /, ""))).toEqual([
    "deploy",
    "deployed checkout --version 4f2a91c",
  ]);
});

describe("the pipeline for GitLab", () => {
  type GitLabJob = {
    readonly extends?: string;
    readonly stage: string;
    readonly before_script?: readonly string[];
    readonly script: readonly string[];
    readonly variables?: Readonly<Record<string, string>>;
  };
  const {
    stages,
    variables: _,
    ...rest
  } = parse(blocksUnder("GitLab CI", "yaml")[0] ?? "") as Record<string, never>;
  const all = rest as Readonly<Record<string, GitLabJob>>;
  const jobs = Object.entries(all).filter(([name]) => !name.startsWith("."));

  /** The lines of a job in the one shell they share. */
  function scriptOf(job: GitLabJob): string {
    const before = job.before_script ?? all[job.extends ?? ""]?.before_script ?? [];
    return [...before, ...job.script].join("\n");
  }

  test("has a stage for every job, and deploys after the gate", () => {
    expect(stages).toEqual(["files", "gate", "deploy", "told"]);
    expect(jobs.map(([name, { stage }]) => `${name}: ${stage}`)).toEqual([
      "valid: files",
      "authors: files",
      "gate: gate",
      "deploy: deploy",
      "told: told",
    ]);
  });

  test.each(jobs)("%s ends with whatever it ran ends with", (_name, job) => {
    expect(run(GITLAB_SHELL, scriptOf(job)).code).toBe(0);
    for (const code of REFUSALS) {
      const ends = Object.fromEntries(
        ["CHECK_ENDS", "DEPLOYED_ENDS", "OTHER_ENDS", "DEPLOY_ENDS"].map((name) => [name, String(code)]),
      );
      expect(run(GITLAB_SHELL, scriptOf(job), ends).code).toBe(code);
    }
  });

  test("runs the program of the image", () => {
    const dockerfile = readFileSync(join(import.meta.dirname, "../../../Dockerfile"), "utf8");
    expect(dockerfile).toContain("WORKDIR /app\n");
    expect(dockerfile).toContain('ENTRYPOINT ["node", "src/main.ts"]');
    expect(jobs.flatMap(([, job]) => run(GITLAB_SHELL, scriptOf(job)).calls)).toEqual([
      "node /app/src/main.ts lint gates --strict",
      "node /app/src/main.ts publish --check",
      "node /app/src/main.ts check checkout --for deploy --wait 20m",
      "deploy",
      "node /app/src/main.ts deployed checkout --version 4f2a91c",
    ]);
  });

  test("fetches the history that publish needs", () => {
    expect(all["authors"]?.variables).toEqual({ GIT_DEPTH: "0" });
  });
});

test("every call of the snippets is one the command line takes", async () => {
  const scripts = [
    ...blocksUnder("Plain shell", "sh"),
    ...Object.values(workflow("GitHub Actions").jobs).flatMap(({ steps }) =>
      steps.flatMap((step) => step.run ?? []),
    ),
  ];
  const calls = scripts
    .flatMap((script) => run(GITHUB_SHELL, script).calls)
    .flatMap((call) => / img (.+)$/.exec(call.replace(" git-img ", " img "))?.[1] ?? []);
  expect(new Set(calls.map((call) => call.split(" ")[0]))).toEqual(
    new Set(["check", "deployed", "lint", "publish"]),
  );
  for (const call of calls) {
    const [command = "", ...args] = call.split(" ");
    const none = { given: [], exchanges: [], stdout: "", stderr: "", exit: 0 };
    const { stdout: help } = await runCase({ args: [command, "--help"], ...none });
    const unknown = args.filter((arg) => arg.startsWith("--") && !help.includes(`${arg} `));
    expect([call, unknown]).toEqual([call, []]);
  }
});

test("nothing that runs lets a failure pass or can be told to skip a question", () => {
  const code = blocks(TEXT)
    .map(({ text }) => text)
    .join("\n");
  expect(code).not.toMatch(/\|\| *(?:true|:)(?:\s|$)|continue-on-error|allow_failure|if: *always|set \+e/);
  expect(code).not.toMatch(/\bskip|\bforce|\bbypass/i);
});

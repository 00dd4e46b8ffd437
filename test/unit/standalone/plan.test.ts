import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { plan } from "../../../src/standalone/plan.ts";
import { gitRepository } from "../../support/git-repository.ts";
import { gateText, scratchFolder } from "../disk/scratch-folder.ts";

/** A folder of gates with these files in it, and where it lies. */
function shop(files: Readonly<Record<string, string>>, config: string | null = null) {
  const root = scratchFolder();
  const gates = join(root, "gates");
  mkdirSync(gates);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(gates, name), text);
  const path = join(root, "rampart.yaml");
  if (config !== null) writeFileSync(path, `gates: { path: ${JSON.stringify(gates)} }\n${config}`);
  const places = { prometheus: null, alertmanager: null, env: { RAMPART_CONFIG: path } };
  return {
    gates,
    ask: (target: string, changedSince: string | null = null) => plan({ target, places, changedSince }),
  };
}

const SOURCE = 'sources: { eu: { url: "http://127.0.0.1:9" } }\n';

/** A gate whose one signal is of a library. */
function uses(name: string, signal: string): string {
  return gateText(name).replace(/ {2}- query: .*\n/, `  - use: ${signal}\n`);
}

function library(name: string): string {
  return `schema: signals/v1\nsignals: [{ name: ${name}, query: sum(${name}_x), unit: count }]\n`;
}

describe("planning gates", () => {
  it("plans one file, or every gate of a folder, and says that nobody was asked", async () => {
    const { gates, ask } = shop({ "one.yaml": gateText("one"), "two.yaml": gateText("two") });
    const outcome = await ask(join(gates, "two.yaml"));
    expect(outcome).toMatchObject({ kind: "planned", planned: [{ plan: { gate: "two" } }] });
    expect(outcome).toMatchObject({ remarks: [expect.stringContaining("give --prometheus <url>")] });
    expect(await ask(gates)).toMatchObject({
      planned: [{ plan: { gate: "one" } }, { plan: { gate: "two" } }],
    });
  });

  it("finds a gate by its name in the folder of the configuration", async () => {
    const { ask } = shop({ "one.yaml": gateText("one"), "two.yaml": gateText("two") }, SOURCE);
    expect(await ask("two")).toMatchObject({
      kind: "planned",
      planned: [{ plan: { gate: "two" } }],
      remarks: [],
    });
    expect(await ask("twa")).toMatchObject({
      kind: "unusable",
      message: expect.stringMatching(/no gate and no file `twa` in .*did you mean `two`\?/),
    });
  });

  it("plans a folder of the folder of gates beside the libraries that lie elsewhere in it", async () => {
    const { gates, ask } = shop({ "one.yaml": gateText("one"), "lib.yaml": library("stuck") }, SOURCE);
    mkdirSync(join(gates, "eu"));
    writeFileSync(join(gates, "eu", "two.yaml"), uses("two", "stuck"));
    const outcome = await ask(join(gates, "eu"));
    expect(outcome.kind === "planned" && outcome.planned.map(({ gate }) => gate.name)).toEqual(["two"]);
  });

  it("plans nothing beside errors: of a folder all of them, of a gate its own", async () => {
    const files = { "one.yaml": gateText("one"), "bad.yaml": `${gateText("bad")}hodl: 5m\n` };
    const { gates, ask } = shop(files, SOURCE);
    const faulty = { kind: "faulty", problems: [{ file: join(gates, "bad.yaml"), code: "R101" }] };
    expect(await ask(gates)).toMatchObject(faulty);
    expect(await ask("bad")).toMatchObject(faulty);
    expect(await ask("one")).toMatchObject({ kind: "planned" });
  });

  it("says what is missing where there is nothing to plan, or the configuration is no good", async () => {
    const { gates, ask } = shop({
      "note.yaml": "schema: signals/v1\nsignals: [{ name: a, query: sum(a), unit: count }]\n",
    });
    expect(await ask(join(gates, "note.yaml"))).toMatchObject({
      message: expect.stringContaining("declares no gate"),
    });
    const broken = shop({ "one.yaml": `${gateText("one")}source: eu\n` }, "sources: 3\n");
    expect(await broken.ask(join(broken.gates, "one.yaml"))).toMatchObject({
      kind: "unusable",
      message: expect.stringContaining("sources"),
    });
  });

  it("cannot see the traffic of a source that does not answer, or that has no name", async () => {
    const counts = `schema: gate/v1
name: one
owner: team
runbook: https://runbooks.example.com/one
flag: one
source: us
signals:
  - { name: errors, counts: { bad: bad_total, total: all_total }, advance: at most 1% }
`;
    const { ask } = shop(
      { "one.yaml": counts, "two.yaml": counts.replaceAll("one", "two").replace("us", "eu") },
      SOURCE,
    );
    expect(await ask("one")).toMatchObject({
      planned: [
        {
          plan: { traffic: { isUnseen: true, why: expect.stringContaining("does not name the source us") } },
        },
      ],
    });
    expect(await ask("two")).toMatchObject({
      planned: [{ plan: { traffic: { isUnseen: true, why: expect.stringContaining("unreachable") } } }],
    });
  });

  it("plans only what changed since the branch left another, by its library, too", async () => {
    const { gates, ask } = shop({}, SOURCE);
    const repository = gitRepository(gates);
    repository.commit("ada@example.com", {
      "one.yaml": uses("one", "lib-one"),
      "two.yaml": uses("two", "lib-two"),
      "lib-one.yaml": library("lib-one"),
      "lib-two.yaml": library("lib-two"),
    });
    repository.git("switch", "--quiet", "--create", "ours");
    repository.commit("ada@example.com", { "lib-two.yaml": `${library("lib-two")}# said better\n` });
    expect(await ask(gates, "main")).toMatchObject({ planned: [{ plan: { gate: "two" } }] });
    expect(await ask(gates, "nowhere")).toMatchObject({
      kind: "unusable",
      message: expect.stringContaining("Git does not know nowhere"),
    });
  });
});

import { beforeEach, describe, expect, it, test } from "vitest";
import type { LoadedGate } from "../../../../src/control/ports.ts";
import type { Gate } from "../../../../src/domain/gate.ts";
import { examine, type Examined } from "../../../../src/trial/doctor/examine.ts";
import type { Finding } from "../../../../src/trial/doctor/finding.ts";
import type { FlagServers } from "../../../../src/trial/ports.ts";
import { DAY } from "../../../../src/domain/instant.ts";
import {
  aFlagTarget,
  aGate,
  aGuard,
  anAlertRule,
  aSignal,
  aStep,
  aDemand,
  NOON,
} from "../../../support/builders.ts";
import { fakeStrategy } from "../../../support/fake-flag-edits.ts";
import { createFakeFlags, type FakeFlags } from "../../../support/fake-flags.ts";
import { manualClock } from "../../../support/manual-clock.ts";
import { createScriptedMetrics, type ScriptedMetrics } from "../../../support/scripted-metrics.ts";
import { createScriptedSilencers, type ScriptedSilencers } from "../../../support/scripted-silencers.ts";
import { createSeriesCatalogue } from "../../../support/series-catalogue.ts";

let metrics: ScriptedMetrics;
let silencers: ScriptedSilencers;
let flags: FakeFlags;

const WELL: FlagServers = {
  about: async () => ({ kind: "told", version: "8.2.0", clockSkewMs: 0 }),
  token: async () => ({ kind: "told", owner: "user", ends: [NOON + 90 * DAY] }),
  stickyFields: async () => ({ kind: "told", fields: [] }),
  served: async () => ({ kind: "told", environment: "production", stopSwitch: "absent" }),
};

beforeEach(() => {
  metrics = createScriptedMetrics();
  metrics.set("vector(1)", 1);
  metrics.set("errors", 0.01);
  metrics.setAlertRules(() => ({ kind: "known", rules: [anAlertRule()] }));
  silencers = createScriptedSilencers();
  flags = createFakeFlags(manualClock(NOON));
  flags.addFlag({ name: "new-pricing", strategies: [fakeStrategy({ rollout: "25" })] });
});

const watching = (fields: Partial<Gate> = {}) =>
  aGate({ name: "checkout", flag: null, steps: [], ...fields });
const driving = (fields: Partial<Gate> = {}) =>
  aGate({
    name: "pricing",
    flag: aFlagTarget({ server: "main", name: "new-pricing", stickiness: null, also: [], strategy: null }),
    ...fields,
  });

const loaded = (gate: Gate): readonly [string, LoadedGate] => [
  gate.name,
  {
    kind: "valid",
    path: `gates/${gate.name}.yaml`,
    definition: {
      gate,
      hash: "sha256:1",
      author: { kind: "unknown", why: "there is no gates.lock that can be read" },
    },
  },
];

async function look(gates: readonly Gate[], fields: Partial<Examined> = {}): Promise<readonly Finding[]> {
  return await examine(
    {
      metrics,
      silencers,
      catalogue: createSeriesCatalogue([]),
      flags: flags.flags,
      servers: WELL,
      definitions: { current: () => new Map(gates.map(loaded)), problems: () => [] },
      place: {
        store: { path: "data/rampart.db", state: "writable" },
        openSecrets: [],
        webhook: { state: "resolves" },
      },
      sources: { names: ["main"], canBeAsked: true },
      unleash: { names: ["main"], canBeAsked: true },
      gatesFolder: "gates",
      environment: "production",
      purpose: "act",
      ...fields,
    },
    NOON,
  );
}

async function finding(
  check: string,
  gates: readonly Gate[],
  fields: Partial<Examined> = {},
): Promise<Finding> {
  const findings = await look(gates, fields);
  const found = findings.find((each) => each.check === check);
  if (found === undefined)
    throw new Error(`${check} is none of ${findings.map((each) => each.check).join(", ")}`);
  return found;
}

const unknown = { kind: "unknown", reason: "http-403", detail: "forbidden" } as const;

test("where all is well nothing has to be mended", async () => {
  const findings = await look([driving({ alerts: [aGuard()] }), watching()]);
  expect(findings.filter(({ verdict }) => verdict !== "ok")).toEqual([]);
});

test("everything that is not well says how to mend it, and nothing else does", async () => {
  metrics.fail("unreachable");
  flags.faults.down = true;
  const findings = await look([driving(), watching()], {
    place: { store: { path: "x", state: "no-folder" }, openSecrets: ["/run/token"], webhook: null },
  });
  for (const { verdict, mend } of findings) expect(mend === null).toBe(verdict === "ok");
});

describe("Prometheus", () => {
  it("that does not answer is one finding, and what rests on it is skipped", async () => {
    metrics.fail("unreachable");
    const findings = await look([watching({ signals: [aSignal(), aSignal({ name: "slow" })] })]);
    expect(findings.filter(({ verdict }) => verdict === "fault").map(({ check }) => check)).toEqual([
      "prometheus main",
    ]);
    expect(findings.find(({ verdict }) => verdict === "skipped")).toMatchObject({
      check: "gate checkout: readings",
      message: expect.stringContaining("2 were not tried"),
    });
  });

  it.each([
    ["2.41.0", "warning"],
    ["2.42.0+ds", "ok"],
    ["3.0.0", "ok"],
    ["1.9.0", "warning"],
  ])("of version %s is %s", async (version, verdict) => {
    const catalogue = createSeriesCatalogue([], { buildInfo: async () => ({ kind: "known", version }) });
    expect(await finding("prometheus main", [], { catalogue })).toMatchObject({ verdict });
  });

  it("whose clock is off holds every raise back", async () => {
    metrics.setClockSkew(-6_000);
    expect(await finding("prometheus main: clock", [])).toMatchObject({
      verdict: "fault",
      message: expect.stringContaining("6s behind"),
    });
    metrics.setClockSkew(null);
    expect(await finding("prometheus main: clock", [])).toMatchObject({ verdict: "warning" });
  });

  it("names rules that cannot be evaluated and targets that are down", async () => {
    const catalogue = createSeriesCatalogue([], {
      allAlertRules: async () => ({
        kind: "known",
        rules: [anAlertRule(), anAlertRule({ name: "Broken", health: "err", lastError: "many-to-many" })],
      }),
      targets: async () => ({
        kind: "known",
        targets: [
          { job: "shop", instance: "a:1", health: "down", scrapeIntervalMs: 15_000 },
          { job: "shop", instance: "b:1", health: "up", scrapeIntervalMs: 60_000 },
        ],
      }),
    });
    expect(await finding("prometheus main: alerting rules", [], { catalogue })).toMatchObject({
      verdict: "warning",
      message: "1 cannot be evaluated: Broken (many-to-many)",
    });
    expect(await finding("prometheus main: targets", [], { catalogue })).toMatchObject({
      verdict: "warning",
      message: "1 of 2 down: shop at a:1",
    });
    expect(await finding("prometheus main: scrape intervals", [], { catalogue })).toMatchObject({
      verdict: "ok",
      message: "15s to 1m",
    });
  });

  it("that keeps its rules and targets to itself is warned about", async () => {
    const catalogue = createSeriesCatalogue([], {
      allAlertRules: async () => unknown,
      targets: async () => unknown,
      buildInfo: async () => unknown,
    });
    for (const check of [
      "prometheus main",
      "prometheus main: alerting rules",
      "prometheus main: scrape intervals",
    ]) {
      expect(await finding(check, [], { catalogue })).toMatchObject({ verdict: "warning" });
    }
  });
});

describe("Alertmanager", () => {
  const check = "alertmanager of main";

  it("that is not configured matters to gates with alerts", async () => {
    silencers.answer({ kind: "not-configured" });
    expect(await finding(check, [watching({ alerts: [aGuard()] })])).toMatchObject({
      verdict: "warning",
      message: expect.stringContaining("silences are not seen"),
    });
    expect(await finding(check, [watching()])).toMatchObject({ verdict: "skipped" });
  });

  it("that does not answer cannot be seen", async () => {
    silencers.answer(unknown);
    expect(await finding(check, [])).toMatchObject({ verdict: "fault", isUnseen: true });
  });
});

describe("a gate", () => {
  it("has each signal read as a pass would", async () => {
    metrics.set("errors", { kind: "unknown", reason: "many-series", detail: "3 series" });
    expect(await finding("gate checkout: signal errors", [watching()])).toMatchObject({
      verdict: "fault",
      isUnseen: true,
      message: "cannot be read: many-series: 3 series",
    });
  });

  it("without traffic is well", async () => {
    metrics.set("requests", 0);
    metrics.set("errors", { kind: "unknown", reason: "nan", detail: "0 of 0" });
    const gate = watching({ signals: [aSignal({ samples: "requests" })] });
    expect(await finding("gate checkout: signal errors", [gate])).toMatchObject({
      verdict: "ok",
      message: expect.stringContaining("no traffic"),
    });
  });

  it("has each guard looked through", async () => {
    metrics.setAlertRules(() => ({ kind: "known", rules: [] }));
    expect(
      await finding('gate checkout: alerts {service="checkout"}', [watching({ alerts: [aGuard()] })]),
    ).toMatchObject({
      verdict: "fault",
      isUnseen: true,
      message: 'sees nothing: no alerting rule matches {service="checkout"}',
    });
  });

  it("that relies on what the configuration does not name is at fault", async () => {
    const gate = driving({ signals: [aSignal({ source: "other" })] });
    const unleash = { names: [], canBeAsked: true };
    expect(await finding("gate pricing: source", [gate], { unleash })).toMatchObject({ verdict: "fault" });
    expect(await finding("gate pricing: server", [gate], { unleash })).toMatchObject({ verdict: "fault" });
    expect(metrics.asked.map(({ source }) => source)).not.toContain("other");
  });

  it("of an unknown author matters where people approve", async () => {
    const gate = driving({ steps: [aStep({ to: 100, approve: [aDemand()] })] });
    expect(await finding("gate pricing: author", [gate])).toMatchObject({
      verdict: "warning",
      message: expect.stringContaining("no gates.lock"),
    });
    expect((await look([driving()])).map(({ check }) => check)).not.toContain("gate pricing: author");
  });

  it("that does not load is told with the first of its problems", async () => {
    const problem = {
      file: "gates/a.yaml",
      line: 3,
      column: 1,
      length: 1,
      code: "R101",
      severity: "error",
      message: "unknown key",
      suggestion: null,
    } as const;
    const definitions = { current: () => new Map(), problems: () => [problem] };
    expect(await finding("gates in gates", [], { definitions })).toMatchObject({
      verdict: "fault",
      message: expect.stringContaining("gates/a.yaml:3 unknown key"),
      mend: "rampart lint gates",
    });
    expect(await finding("gates in gates", [])).toMatchObject({ verdict: "warning" });
  });
});

const kim = () =>
  flags.person({ name: "kim", userId: 3 }, { name: "new-pricing", environment: "production" });

describe("the flag of a gate", () => {
  const check = "gate pricing: flag new-pricing";

  it("is well wherever it stands, for a ramp may be under way", async () => {
    expect(await finding(check, [driving()])).toMatchObject({
      verdict: "ok",
      message: "stands at 25%, and may be written",
    });
  });

  const segmented = driving({
    steps: [aStep({ to: 100, audience: { kind: "segment", name: "staff" } }), aStep({ to: 100 })],
  });
  it("with a segment of a step in it is well, for a ramp may have put that in", async () => {
    flags.faults.segments = [["staff", 7]];
    kim().change({ rollout: "100", segments: '[{"constraints":[],"id":7}]' });
    expect(await finding(check, [segmented])).toMatchObject({
      verdict: "ok",
      message: "stands at segment staff, and may be written",
    });
  });

  it.each([
    [
      "whose segment Unleash has not got",
      "[]",
      'no segment "staff" that this project may use',
      "make the segment",
    ],
    [
      "with a segment that is no step's",
      '[{"constraints":[],"id":8}]',
      "constraints or segments of its own",
      "take constraints and segments off",
    ],
  ])("%s is a fault, and says the way out", async (_, segments, message, mend) => {
    flags.faults.segments = segments === "[]" ? [] : [["staff", 7]];
    kim().change({ segments });
    expect(await finding(check, [segmented])).toMatchObject({
      verdict: "fault",
      message: expect.stringContaining(message),
      mend: expect.stringContaining(mend),
    });
  });

  it("that may not be written is a fault, unless gates are only to observe", async () => {
    flags.faults.refuseWrites = true;
    const findings = async (fields: Partial<Examined>, gate = driving()) =>
      (await look([gate], fields)).filter((each) => each.check === check).map(({ verdict }) => verdict);
    expect(await findings({})).toEqual(["fault", "fault"]);
    expect(await findings({ purpose: "observe" })).toEqual(["warning", "warning"]);
    expect(await findings({}, driving({ mode: "observe" }))).toEqual(["warning", "warning"]);
  });

  it("with something in a ramp's way says the way out", async () => {
    flags.faults.preflight = [{ code: "change-requests", message: "it asks for change requests" }];
    flags.person({ name: "kim", userId: 3 }, { name: "new-pricing", environment: "production" }).change({
      stickiness: "random",
    });
    const findings = (await look([driving()])).filter((each) => each.check === check);
    expect(findings).toMatchObject([
      {
        verdict: "fault",
        message: expect.stringContaining("stickiness is random"),
        mend: expect.stringContaining("stickiness"),
      },
      {
        verdict: "fault",
        message: "it asks for change requests",
        mend: expect.stringContaining("SKIP_CHANGE_REQUEST"),
      },
    ]);
  });

  it("that sticks by default is warned about", async () => {
    flags.person({ name: "kim", userId: 3 }, { name: "new-pricing", environment: "production" }).change({
      stickiness: "default",
    });
    const findings = (await look([driving()])).filter((each) => each.check === check);
    expect(findings.map(({ verdict }) => verdict)).toEqual(["ok", "warning"]);
  });

  it("is skipped when its server does not answer", async () => {
    const servers = { ...WELL, about: async () => ({ kind: "unreachable", detail: "refused" }) as const };
    expect(await finding(check, [driving()], { servers })).toMatchObject({ verdict: "skipped" });
    expect(await finding("unleash main", [], { servers })).toMatchObject({
      verdict: "fault",
      isUnseen: true,
    });
    const unasked = { names: ["main"], canBeAsked: false };
    expect(await finding(check, [driving()], { unleash: unasked })).toMatchObject({ verdict: "skipped" });
  });
});

describe("Unleash", () => {
  it.each([
    ["one far end", told([NOON + 90 * DAY]), "ok", "ends in 90d"],
    ["one near end", told([NOON + 2 * DAY]), "fault", "no ramp starts"],
    ["a near and a far end", told([NOON + 2 * DAY, NOON + 90 * DAY]), "warning", "cannot be told"],
    ["an end that is over", told([NOON - DAY, NOON + 90 * DAY]), "ok", "ends in 90d"],
    ["no end told", told(null), "ok", "does not tell"],
    ["nobody's token", told(null, "environment"), "warning", "nobody's"],
  ])("with %s", async (_, servers, verdict, message) => {
    expect(await finding("unleash main: token", [], { servers })).toMatchObject({
      verdict,
      message: expect.stringContaining(message),
    });
  });

  it("that refuses our token was reached", async () => {
    const servers = { ...WELL, about: async () => ({ kind: "refused", detail: "401" }) as const };
    expect(await finding("unleash main", [], { servers })).toMatchObject({
      verdict: "fault",
      isUnseen: false,
    });
  });

  it.each([
    ["6.1.0", "warning"],
    ["7.5.1", "ok"],
    [null, "warning"],
  ])("of version %s is %s", async (version, verdict) => {
    const servers = { ...WELL, about: async () => ({ kind: "told", version, clockSkewMs: 0 }) as const };
    expect(await finding("unleash main", [], { servers })).toMatchObject({ verdict });
  });

  const token = "unleash main: backend token of production";
  it.each([
    [{ kind: "no-token" }, "fault", "no exposure grows"],
    [{ kind: "told", environment: "development", stopSwitch: "off" }, "fault", "development"],
    [{ kind: "refused", detail: "401" }, "fault", "refuses our token"],
    [{ kind: "told", environment: null, stopSwitch: "off" }, "ok", "works"],
  ] as const)("answering %j to a backend token", async (answer, verdict, message) => {
    const servers: FlagServers = { ...WELL, served: async () => answer };
    expect(await finding(token, [], { servers })).toMatchObject({
      verdict,
      message: expect.stringContaining(message),
    });
  });

  it("is asked for every environment that a gate drives a flag in, and tells a stop switch that is on", async () => {
    const servers: FlagServers = {
      ...WELL,
      served: async (_, environment) => ({ kind: "told", environment, stopSwitch: "on" }),
    };
    const staging = aFlagTarget({ server: "main", name: "new-pricing", environment: "staging" });
    const findings = await look([driving({ flag: staging })], { servers });
    const stops = findings.filter(({ check }) => check.includes("stop switch"));
    expect(stops).toMatchObject([{ check: "unleash main: stop switch in staging", verdict: "warning" }]);
  });
});

test("without a configuration only peers are looked at", async () => {
  const checks = (await look([], { place: null })).map(({ check }) => check);
  expect(checks.some((check) => /^(?:gates|store|notify|secrets)/.test(check))).toBe(false);
});

test.each([
  [{ store: { path: "x", state: "not-writable" } }, "store x", "fault"],
  [{ webhook: null }, "notify webhook", "warning"],
  [{ webhook: { state: "forbidden" } }, "notify webhook", "fault"],
  [{ webhook: { state: "unresolved", detail: "ENOTFOUND" } }, "notify webhook", "fault"],
  [{ openSecrets: ["/run/token"] }, "secrets", "warning"],
] as const)("of the place %j is told", async (facts, check, verdict) => {
  const well = {
    store: { path: "x", state: "writable" },
    openSecrets: [],
    webhook: { state: "resolves" },
  } as const;
  expect(await finding(check, [], { place: { ...well, ...facts } })).toMatchObject({ verdict });
});

test("nothing is ever written", async () => {
  await look([driving()]);
  expect(flags.writes).toEqual([]);
});

function told(ends: readonly number[] | null, owner: "user" | "environment" = "user"): FlagServers {
  return { ...WELL, token: async () => ({ kind: "told", owner, ends }) };
}

import request from "supertest";
import { describe, expect, test } from "vitest";
import { MINUTE } from "../../src/domain/instant.ts";
import { aLimit } from "../support/builders.ts";
import {
  NOON,
  alertJudgement,
  decision,
  gate,
  gateRecord,
  gateView,
  judgement,
  signal,
  statusAnswer,
} from "../support/fake-controller.ts";
import { testDoor } from "./door.ts";
import type { TestDoor } from "./door.ts";

const GATE = "/v1/gates/erp-order-export-v2";

function get(door: TestDoor, path: string) {
  return request(door.app)
    .get(path)
    .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
}

function waiting(door: TestDoor, seconds: string) {
  return get(door, `${GATE}/status`).set("Prefer", `wait=${seconds}`);
}

function because(code: string, message: string) {
  return statusAnswer({ because: [{ kind: "signal", code, message, until: null, opens: null }] });
}

describe("gates", () => {
  test("show the definition in force, and none where nothing is pinned", async () => {
    const door = testDoor();
    const own = gate();
    door.controller.views = [gateView({ gate: own })];
    const shown = await get(door, `${GATE}/definition`);
    expect(shown.status).toBe(200);
    expect(shown.body).toEqual({
      version: "0.1.0",
      hash: "sha256:9b1c",
      status: "valid",
      gate: JSON.parse(JSON.stringify(own)),
    });
    door.controller.views = [gateView({ gate: null })];
    expect((await get(door, `${GATE}/definition`)).body).toMatchObject({ gate: null });
    expect((await get(door, "/v1/gates/nobody/definition")).status).toBe(404);
  });

  test("are listed with state, exposure, reason and what comes next", async () => {
    const door = testDoor();
    const response = await get(door, "/v1/gates");
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      environment: "production",
      gates: [
        {
          name: "erp-order-export-v2",
          title: "ERP order export v2",
          owner: "team-order-integrations",
          environment: "production",
          flag: "erp-order-export-v2",
          state: "proving",
          mode: "act",
          verdict: "wait",
          open: false,
          exitCode: 3,
          exposure: { wanted: 25, set: 25, served: 25, observed: 24.8, unit: "percent" },
          step: { index: 2, of: 3, next: 50 },
          because: [
            { kind: "hold", code: "hold", message: "12m of 30m at 25%", until: "2026-03-03T11:00:00Z" },
          ],
          retryAt: "2026-03-03T11:00:00Z",
          changedAt: "2026-03-03T10:30:00Z",
          decision: "dec_8f31",
          would: null,
          url: "https://rampart.example.com/d/dec_8f31",
        },
      ],
    });
  });

  test("are listed with what would have been done of late while they only observe", async () => {
    const door = testDoor();
    const woulds = [
      { at: NOON - MINUTE, would: null, set: 5, message: "12m of 30m at 5%" },
      { at: NOON, would: "rollback", set: 5, message: "orders-missing is 9%" },
    ] as const;
    const wouldIn = async (mode: "observe" | "act") => {
      door.controller.views = [gateView({ status: statusAnswer({ mode, woulds }) })];
      return (await get(door, "/v1/gates")).body.gates[0].would;
    };
    expect(await wouldIn("observe")).toEqual({
      at: "2026-03-03T10:42:00Z",
      would: "rollback",
      set: 5,
      message: "orders-missing is 9%",
    });
    expect(await wouldIn("act")).toBeNull();
  });

  test("are shown one by one with the version as ETag", async () => {
    const door = testDoor();
    door.controller.views = [
      gateView({
        request: { step: 3, adopts: null, decision: "dec_8f31", needed: ["release-managers"], given: [] },
        record: gateRecord({
          version: 7,
          drift: [{ kind: "raised", message: "raised to 40% by hand", observed: 40, by: "carl", at: NOON }],
        }),
      }),
    ];
    const response = await get(door, GATE);
    expect(response.status).toBe(200);
    expect(response.headers["etag"]).toBe('"v7"');
    expect(response.body).toMatchObject({
      version: 7,
      definition: { hash: "sha256:9b1c", status: "valid" },
      steps: [
        { to: 1, hold: 1800, approval: false },
        { to: 25, hold: 1800, approval: false },
        { to: 50, hold: 1800, approval: true },
      ],
      run: { id: "run_1", startedBy: "ben", startedAt: "2026-03-03T09:42:00Z" },
      held: 720,
      drift: [{ kind: "raised", observed: 40, by: "carl", at: "2026-03-03T10:42:00Z" }],
      request: {
        step: 3,
        adopts: null,
        to: 50,
        decision: "dec_8f31",
        needed: ["release-managers"],
        given: [],
      },
      status: { gate: "erp-order-export-v2", for: "advance" },
    });
  });

  test.each(["nobody", "UPPER", "a..b", "x".repeat(61), "__proto__", "..%2f..%2fetc"])(
    "answer 404 for the name %s",
    async (name) => {
      const response = await get(testDoor(), `/v1/gates/${name}`);
      expect(response.status).toBe(404);
      expect(response.headers["content-type"]).toBe("application/problem+json");
      expect(response.body).toMatchObject({ code: "unknown-gate", type: "/problems/unknown-gate" });
    },
  );

  test("say whose deploys concern them, and what such a deploy does", async () => {
    const door = testDoor();
    const shown = async () => (await get(door, GATE)).body;
    expect(await shown()).toMatchObject({ service: null, onDeploy: null });
    door.controller.views = [gateView({ gate: gate({ service: "erp-export", onDeploy: "note" }) })];
    expect(await shown()).toMatchObject({ service: "erp-export", onDeploy: "note" });
    door.controller.views = [gateView({ gate: null })];
    expect(await shown()).toMatchObject({ service: null, onDeploy: null });
  });

  test("without a definition are still shown", async () => {
    const door = testDoor();
    door.controller.views = [
      gateView({
        gate: null,
        definition: {
          hash: "sha256:9b1c",
          status: "gone",
          author: { kind: "known", people: [] },
          fault: null,
          newest: null,
        },
      }),
    ];
    const response = await get(door, GATE);
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({ steps: [], environment: null, definition: { status: "gone" } });
    expect(response.body.status.signals[0]).toMatchObject({ unit: "none", link: null });
  });
});

describe("a status", () => {
  test("carries everything a pipeline and a person need", async () => {
    const response = await get(testDoor(), `${GATE}/status?for=deploy`);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      gate: "erp-order-export-v2",
      for: "deploy",
      open: false,
      verdict: "wait",
      state: "proving",
      mode: "act",
      exitCode: 3,
      exposure: { wanted: 25, set: 25, served: 25, observed: 24.8, unit: "percent" },
      step: { index: 2, of: 3, next: 50 },
      because: [{ kind: "hold", code: "hold", message: "12m of 30m at 25%", until: "2026-03-03T11:00:00Z" }],
      signals: [
        {
          name: "orders-missing",
          verdict: "good",
          code: "good",
          message: "0.03%, at most 0.05%",
          value: 0.0003,
          unit: "ratio",
          limit: "at most 0.05%",
          samples: 4871,
          bad: null,
          asOf: "2026-03-03T10:25:00Z",
          settle: 300,
          counts: true,
          notes: [],
          query: "sum(orders_missing_ratio)",
          link: "https://prometheus.example.com/graph?g0.expr=sum(orders_missing_ratio)&g0.tab=0&g0.range_input=1h&g0.end_input=2026-03-03%2010%3A42%3A00",
        },
      ],
      alerts: [],
      deploy: null,
      woulds: [],
      remarks: [],
      retryAfter: 1080,
      decision: "dec_8f31",
      definition: "sha256:9b1c",
      url: "https://rampart.example.com/d/dec_8f31",
      at: "2026-03-03T10:42:00Z",
    });
  });

  test("shows alerts with who silenced them, the last deploy, and what would have been done", async () => {
    const door = testDoor();
    door.controller.answers = [
      statusAnswer({
        mode: "observe",
        alerts: [alertJudgement()],
        deploy: {
          id: "chg_1",
          at: NOON - MINUTE,
          service: "erp-export",
          version: "2026.3.1",
          by: "machine:ci",
          effect: "restart-step",
          suspect: true,
        },
        woulds: [{ at: NOON - MINUTE, would: "halt", set: 25, message: "ExportSlow fires" }],
        remarks: ["guards only: nothing proves health"],
      }),
    ];
    const response = await get(door, `${GATE}/status`);
    expect(response.body).toMatchObject({
      alerts: [
        {
          guard: '{service="erp-export"}',
          verdict: "wait",
          code: "silenced",
          until: "2026-03-03T10:43:00Z",
          rules: ["ExportSlow", "ExportDown"],
          active: [
            {
              rule: "ExportSlow",
              labels: { alertname: "ExportSlow", severity: "critical" },
              state: "firing",
              activeAt: "2026-03-03T10:41:00Z",
              silence: { id: "s-1", by: "carl", comment: "known", endsAt: "2026-03-03T10:43:00Z" },
            },
          ],
          notes: ["1 of 2 rules was evaluated late"],
        },
      ],
      deploy: { version: "2026.3.1", at: "2026-03-03T10:41:00Z", effect: "restart-step", suspect: true },
      woulds: [{ at: "2026-03-03T10:41:00Z", would: "halt", set: 25, message: "ExportSlow fires" }],
      remarks: ["guards only: nothing proves health"],
    });
  });

  test("says why a value is not known, and never shows a zero for it", async () => {
    const door = testDoor();
    const reading = {
      value: { kind: "unknown", reason: "no-series", detail: "the query matched no series" },
      samples: null,
      bad: null,
      asOf: null,
      notes: [],
    } as const;
    door.controller.answers = [
      statusAnswer({ signals: [judgement({ verdict: "wait", code: "missing", reading, asked: [] })] }),
    ];
    const response = await get(door, `${GATE}/status`);
    expect(response.body.signals[0]).toMatchObject({
      value: null,
      samples: null,
      query: null,
      missing: { reason: "no-series", detail: "the query matched no series" },
    });
  });

  test.each([
    [0, 200],
    [3, 409],
    [4, 423],
    [5, 428],
    [6, 503],
  ] as const)("with exit code %i has status %i under strict=1, and 200 without", async (exitCode, status) => {
    const door = testDoor();
    door.controller.answers = [statusAnswer({ exitCode, open: exitCode === 0 })];
    const strict = await get(door, `${GATE}/status?strict=1`);
    expect(strict.status).toBe(status);
    expect(strict.headers["content-type"]).toBe("application/json");
    expect(strict.body).toMatchObject({ exitCode, gate: "erp-order-export-v2" });
    expect(strict.headers["retry-after"]).toBe(status === 200 ? undefined : "1080");
    expect((await get(door, `${GATE}/status`)).status).toBe(200);
  });

  test("asks nobody to come back at once, and promises no time when only an act helps", async () => {
    const door = testDoor();
    door.controller.answers = [statusAnswer({ retryAt: NOON - MINUTE })];
    expect((await get(door, `${GATE}/status`)).body.retryAfter).toBe(1);
    door.controller.answers = [statusAnswer({ retryAt: null, decision: null })];
    expect((await get(door, `${GATE}/status`)).body).toMatchObject({
      retryAfter: null,
      url: "https://rampart.example.com/v1/gates/erp-order-export-v2",
    });
  });
});

describe("a wait for another status", () => {
  test("ends as soon as the gate is open", async () => {
    const door = testDoor();
    door.controller.answers = [statusAnswer(), statusAnswer({ open: true, exitCode: 0, because: [] })];
    const response = await waiting(door, "60");
    expect(response.body).toMatchObject({ open: true, exitCode: 0 });
    expect(response.headers["preference-applied"]).toBe("wait=60");
  });

  test("goes on while only the numbers of a reason move, and ends when the reason does", async () => {
    const door = testDoor();
    let waits = 0;
    door.controller.onWait = async () => void (waits += 1);
    door.controller.answers = [
      because("short", "1 of 9"),
      because("short", "2 of 9"),
      because("missing", "dark"),
    ];
    const response = await waiting(door, "60");
    expect(response.body.because[0].code).toBe("missing");
    expect(waits).toBe(2);
  });

  test("ends when its time is over, and no wait is longer than a minute", async () => {
    const door = testDoor();
    const untils: number[] = [];
    door.controller.onWait = async (until) => {
      untils.push(until);
      door.clock.at = until;
    };
    const response = await waiting(door, "86400");
    expect(response.body.open).toBe(false);
    expect(untils).toEqual([NOON + MINUTE]);
    expect(response.headers["preference-applied"]).toBe("wait=60");
  });

  test("does not begin when the gate is open already", async () => {
    const door = testDoor();
    door.controller.answers = [statusAnswer({ open: true, exitCode: 0 })];
    door.controller.onWait = () => Promise.reject(new Error("nobody should wait"));
    expect((await waiting(door, "60")).body.open).toBe(true);
  });

  test("ends when the server stops", async () => {
    const door = testDoor();
    door.controller.onWait = async (_, abort) => {
      door.stop();
      expect(abort.aborted).toBe(true);
    };
    expect((await waiting(door, "60")).status).toBe(200);
  });

  test.each(["0", "abc", "-1"])("is not granted for wait=%s", async (seconds) => {
    const door = testDoor();
    door.controller.onWait = () => Promise.reject(new Error("nobody should wait"));
    const response = await waiting(door, seconds);
    expect(response.headers["preference-applied"]).toBeUndefined();
  });
});

describe("decisions", () => {
  const ids = Array.from({ length: 5 }, (_, index) => `dec_${index}`);

  test("come in pages whose cursor leads to the next one, each decision once", async () => {
    const door = testDoor();
    door.controller.known = ids.map((id) => decision({ id }));
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await get(
        door,
        `${GATE}/decisions?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      seen.push(...body.decisions.map(({ id }: { id: string }) => id));
      cursor = body.next ?? "";
    } while (cursor !== "");
    expect(seen).toEqual(ids);
  });

  test.each([
    "limit=0",
    "limit=101",
    "limit=2.5",
    "limit=1&limit=2",
    "cursor=%00",
    "cursor=nobody",
    "page=2",
  ])("are refused for %s", async (query) => {
    const door = testDoor();
    door.controller.known = ids.map((id) => decision({ id }));
    const response = await get(door, `${GATE}/decisions?${query}`);
    expect(response.status).toBe(400);
    expect(response.body.problems).toHaveLength(1);
  });

  test("refuse a cursor of another gate", async () => {
    const door = testDoor();
    door.controller.known = [decision({ id: "dec_x", gate: "another" })];
    expect((await get(door, `${GATE}/decisions?cursor=dec_x`)).status).toBe(400);
  });

  test("are shown with every question that was asked", async () => {
    const door = testDoor();
    door.controller.known = [
      decision({
        action: { kind: "raise", from: 1, to: 25, title: "t" },
        served: { kind: "seen", enabled: true, strategies: [{ id: "s", rollout: "25" }], at: NOON },
      }),
    ];
    const response = await get(door, "/v1/decisions/dec_8f31");
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
      id: "dec_8f31",
      step: { index: 2, of: 3 },
      action: { kind: "raise", from: 1, to: 25 },
      served: { at: "2026-03-03T10:42:00Z" },
      signals: [
        {
          name: "orders-missing",
          asked: [
            { role: "value", query: "sum(orders_missing_ratio)", answer: { kind: "value", value: 0.0003 } },
          ],
        },
      ],
    });
  });

  test("say all limits of a signal, but for those of another definition", async () => {
    const door = testDoor();
    door.controller.views = [
      gateView({ gate: gate({ signals: [signal({ advance: aLimit("at most 0.05%") })] }) }),
    ];
    door.controller.known = [decision(), decision({ id: "dec_old", definition: "sha256:0000" })];
    const limitsOf = async (id: string) => (await get(door, `/v1/decisions/${id}`)).body.signals[0].limits;
    expect(await limitsOf("dec_8f31")).toEqual({ advance: "at most 0.05%", halt: null, rollback: null });
    expect(await limitsOf("dec_old")).toBeUndefined();
  });

  test("that nobody knows are 404", async () => {
    const response = await get(testDoor(), "/v1/decisions/dec_nobody");
    expect(response.status).toBe(404);
    expect(response.body.code).toBe("unknown-decision");
  });

  test("have a short address that leads to them and nowhere else", async () => {
    const response = await get(testDoor(), "/d/%2f%2fevil.example.com");
    expect(response.status).toBe(302);
    expect(response.headers["location"]).toBe("/v1/decisions/%2F%2Fevil.example.com");
  });
});

import { describe, expect, test } from "vitest";
import { changeBody, changeSchema } from "../../../src/api/change.ts";
import { decisionBody, decisionSchema } from "../../../src/api/decision.ts";
import { gateBody, gateSummary } from "../../../src/api/gate-body.ts";
import { gateSchema, gateSummarySchema } from "../../../src/api/gate.ts";
import { inboxBody, inboxSchema } from "../../../src/api/inbox.ts";
import { PROBLEMS, problemBody, problemSchema } from "../../../src/api/problem.ts";
import type { ProblemCode } from "../../../src/api/problem.ts";
import { replayBody, replaySchema } from "../../../src/api/replay.ts";
import { ROUTES, pathTo } from "../../../src/api/routes.ts";
import { sameAnswer, statusBody, statusSchema } from "../../../src/api/status.ts";
import {
  NOON,
  alertJudgement,
  decision,
  deploy,
  exposureChange,
  gateView,
  judgement,
  statusAnswer,
} from "../../support/fake-controller.ts";

const ADDRESSES = {
  publicUrl: "https://rampart.example.com/",
  sourceUrls: { main: "https://prometheus.example.com/prefix/" },
};
const ORIGIN = {
  signals: gateView().gate?.signals ?? [],
  sourceUrls: ADDRESSES.sourceUrls,
  definition: "sha256:9b1c",
};

const WAITS = {
  kind: "approval",
  gate: "erp-order-export-v2",
  message: "50% waits for your approval",
  since: NOON,
  until: NOON,
  action: 'rampart approve erp-order-export-v2 --reason "..."',
  alternatives: ["rampart status erp-order-export-v2"],
  decision: "dec_8f31",
  request: { step: 3, to: 50, adopts: "sha256:9b1c", others: ["security"] },
} as const;
const ASKER = { kind: "person", name: "anna", groups: [], scopes: [], token: "" } as const;

const REPLAY = replayBody({
  decision: decision(),
  engine: { recorded: "0.1.0", running: "0.2.0" },
  same: false,
  differences: [{ path: "record.run", recorded: null, replayed: undefined }],
});

describe("what the server sends", () => {
  test("is what its own schemas describe, key by key", () => {
    const view = gateView();
    const watched = statusAnswer({
      alerts: [alertJudgement(), alertJudgement({ until: null, active: [] })],
      deploy: { ...deploy(), effect: "settle", suspect: false },
      woulds: [{ at: NOON, would: null, set: null, message: "" }],
      remarks: ["guards only: nothing proves health"],
    });
    for (const [schema, body] of [
      [gateSchema, gateBody(view, ADDRESSES)],
      [gateSummarySchema, gateSummary(view, ADDRESSES)],
      [statusSchema, statusBody(view.status, ORIGIN, ADDRESSES.publicUrl)],
      [statusSchema, statusBody(watched, ORIGIN, ADDRESSES.publicUrl)],
      [decisionSchema, decisionBody(decision({ alerts: [alertJudgement()] }), ORIGIN)],
      [inboxSchema, inboxBody([WAITS, { ...WAITS, since: null, until: null, request: null }], ASKER, NOON)],
      [replaySchema, REPLAY],
      [changeSchema, changeBody(deploy())],
      [changeSchema, changeBody(exposureChange())],
    ] as const) {
      // A schema drops what it does not know, so equality shows a key that it forgot.
      expect(schema.parse(JSON.parse(JSON.stringify(body)))).toEqual(JSON.parse(JSON.stringify(body)));
    }
  });

  test("keeps links whole where base URLs end in a slash or have a path", () => {
    const body = statusBody(statusAnswer(), ORIGIN, ADDRESSES.publicUrl);
    expect(body.url).toBe("https://rampart.example.com/d/dec_8f31");
    expect(body.signals[0]?.link).toBe(
      "https://prometheus.example.com/prefix/graph?g0.expr=sum(orders_missing_ratio)&g0.tab=0&g0.range_input=1h&g0.end_input=2026-03-03%2010%3A42%3A00",
    );
  });

  test("shows the query of a signal made of counts", () => {
    const asked = [
      { role: "bad", query: "sum(bad)", answer: { kind: "empty" } },
      { role: "total", query: "sum(total)", answer: { kind: "empty" } },
    ] as const;
    const body = statusBody(statusAnswer({ signals: [judgement({ asked })] }), ORIGIN, ADDRESSES.publicUrl);
    expect(body.signals[0]?.query).toBe("sum(bad)");
  });
});

describe("two answers", () => {
  test.each([
    [
      "the message",
      { because: [{ kind: "hold", code: "hold", message: "other", until: NOON, opens: null }] },
      true,
    ],
    ["the time", { at: NOON + 60_000, retryAt: null, decision: "dec_2" }, true],
    ["openness", { open: true }, false],
    ["the exit code", { exitCode: 6 }, false],
    ["the state", { state: "paused" }, false],
    ["the verdict", { verdict: "halt" }, false],
    ["the percent set", { exposure: { ...statusAnswer().exposure, set: 50 } }, false],
    ["the reasons", { because: [] }, false],
  ] as const)("that differ in %s alone are the same: %o", (_, over, same) => {
    expect(sameAnswer(statusAnswer(), statusAnswer(over))).toBe(same);
  });
});

describe("problems", () => {
  test("carry the status of the one table", () => {
    for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
      const body = problemBody(code, "detail");
      expect(problemSchema.parse(body)).toEqual(body);
      expect(body).toMatchObject({ type: `/problems/${code}`, code, status: PROBLEMS[code].status });
      expect(body.status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe("paths", () => {
  test("escape what is put into them", () => {
    expect(pathTo("getGate", { name: "../x?y#z" })).toBe("/v1/gates/..%2Fx%3Fy%23z");
  });

  test("name each address and method once", () => {
    const names = Object.values(ROUTES).map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

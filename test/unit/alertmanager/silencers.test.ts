import { afterEach, describe, expect, it } from "vitest";
import { createSilencers } from "../../../src/alertmanager/alertmanager.ts";
import type { AlertmanagerConfig, RequestObservation } from "../../../src/alertmanager/peer.ts";
import { startFakePrometheus, type FakePrometheus, type Reply } from "../../support/fake-prometheus.ts";
import { manualClock } from "../../support/manual-clock.ts";

const AT = 1_767_603_600_000;

const ID = "c1b5cb32-f228-4550-a729-9c8c95fa1402";

/** As Alertmanager 0.25 answers `/api/v2/silences`. */
const SILENCES = [
  {
    id: ID,
    status: { state: "active" },
    updatedAt: "2026-01-05T09:00:00.362Z",
    comment: "stock-taking,\nask anna",
    createdBy: "anna",
    endsAt: "2026-01-05T10:00:00.356Z",
    matchers: [
      { isEqual: true, isRegex: true, name: "alertname", value: "Q.*" },
      { isEqual: false, isRegex: false, name: "env", value: "test" },
      { isEqual: false, isRegex: true, name: "job", value: "erp|crm" },
    ],
    startsAt: "2026-01-05T09:00:00.362Z",
  },
  {
    id: "9dff5106-3606-44a3-b45b-bb5e4908ca8c",
    status: { state: "expired" },
    updatedAt: "2026-01-05T09:00:00.383Z",
    comment: "x",
    createdBy: "ben",
    endsAt: "2026-01-05T09:00:00.383Z",
    matchers: [{ isEqual: true, isRegex: false, name: "service", value: "cart" }],
    startsAt: "2026-01-05T09:00:00.368Z",
  },
];

/** As it answers `/api/v2/alerts`. */
const ALERTS = [
  {
    annotations: { summary: "500 wait" },
    endsAt: "2026-01-05T09:04:00.203Z",
    fingerprint: "fc6ca77d575c6745",
    receivers: [{ name: "nobody" }],
    startsAt: "2026-01-05T09:00:00.203Z",
    status: { inhibitedBy: [], silencedBy: [ID], state: "suppressed" },
    updatedAt: "2026-01-05T09:00:00.205Z",
    generatorURL: "http://prometheus.example.com/graph?g0.expr=queue_depth+%3E+100&g0.tab=1",
    labels: { alertname: "Deep", cluster: "one", service: "checkout" },
  },
];

const ANNA = {
  id: ID,
  by: "anna",
  comment: "stock-taking, ask anna",
  endsAt: Date.UTC(2026, 0, 5, 10, 0, 0, 356),
};

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

describe("silences", () => {
  it("are told for each alert, in the order asked, by Alertmanager's word or by their matchers", async () => {
    const { silencers } = await world({});
    const asked = [
      { alertname: "Calm" },
      { alertname: "Deep", service: "checkout" },
      { alertname: "Queue", job: "shop" },
      { alertname: "Queue", job: "crm" },
      { alertname: "Queue", env: "test" },
      { alertname: "Late", service: "cart" },
    ];
    expect(await silencers.silences("main", asked, AT)).toEqual({
      kind: "known",
      silences: [null, ANNA, ANNA, null, null, null],
    });
  });

  it("of versions that know no negation are read as equal", async () => {
    const [first] = SILENCES;
    const silences = [{ ...first, matchers: [{ isRegex: false, name: "alertname", value: "Calm" }] }];
    const { silencers } = await world({ silences: json(silences) });
    expect(await silencers.silences("main", [{ alertname: "Calm" }], AT)).toMatchObject({
      silences: [{ id: ID }],
    });
  });

  it("are not seen where no Alertmanager is configured", async () => {
    const { silencers, server } = await world({});
    expect(await silencers.silences("bare", [{ alertname: "Deep" }], AT)).toEqual({ kind: "not-configured" });
    expect(await silencers.silences("unheard-of", [], AT)).toEqual({ kind: "not-configured" });
    expect(server.seen).toEqual([]);
  });

  it("are not asked about for no alert", async () => {
    const { silencers, server } = await world({});
    expect(await silencers.silences("main", [], AT)).toEqual({ kind: "known", silences: [] });
    expect(server.seen).toEqual([]);
  });

  it("are read once for all who ask about the same instant, the alerts before the silences", async () => {
    const { silencers, server } = await world({});
    const ask = (at: number) => silencers.silences("main", [{ alertname: "Deep" }], at);
    await Promise.all([ask(AT), ask(AT)]);
    await ask(AT);
    expect(server.seen.map(({ path }) => path)).toEqual(["/am/api/v2/alerts", "/am/api/v2/silences"]);
    await ask(AT + 15_000);
    expect(server.seen).toHaveLength(4);
  });

  it.each<[string, { alerts?: Reply; silences?: Reply }, string]>([
    ["the silences are refused", { silences: { kind: "text", body: "no", status: 403 } }, "http-403"],
    ["the alerts are refused", { alerts: { kind: "text", body: "", status: 500 } }, "http-500"],
    ["it says nothing", { silences: { kind: "hang" } }, "timeout"],
    ["it hangs up", { alerts: { kind: "reset" } }, "unreachable"],
    ["it never ends", { alerts: { kind: "flood", bytes: 5 * 1024 ** 2 } }, "too-large"],
    ["it shows a login page", { silences: { kind: "text", body: "<html></html>" } }, "bad-answer"],
    ["it redirects", { silences: { kind: "redirect", to: "http://127.0.0.1:1/login" } }, "bad-answer"],
    ["it is something else", { silences: json({ status: "success" }) }, "bad-answer"],
    ["an alert has no status", { alerts: json([{ labels: {} }]) }, "bad-answer"],
    ["a silence ends never", { silences: json([{ ...SILENCES[0], endsAt: "never" }]) }, "bad-answer"],
  ])("are unknown when %s", async (_what, replies, reason) => {
    const { silencers } = await world(replies);
    expect(await silencers.silences("main", [{ alertname: "Deep" }], AT)).toMatchObject({
      kind: "unknown",
      reason,
      detail: expect.stringMatching(/^Alertmanager: /),
    });
  });

  it("are asked for with credentials, and these are shown to nobody", async () => {
    const { silencers, server } = await world(
      { alerts: { kind: "text", body: "you are canary-s3cr3t", status: 403 } },
      { auth: { kind: "bearer", token: { value: "canary-s3cr3t" } }, headers: { "X-Scope-OrgID": "shop" } },
    );
    expect(await silencers.silences("main", [{ alertname: "Deep" }], AT)).toMatchObject({
      detail: "Alertmanager: it answered 403: you are [secret]",
    });
    expect(server.seen[0]?.headers).toMatchObject({
      authorization: "Bearer canary-s3cr3t",
      "x-scope-orgid": "shop",
    });
  });

  it("are told to the metrics, request by request", async () => {
    const { silencers, told } = await world({ silences: { kind: "text", body: "", status: 503 } });
    await silencers.silences("main", [{ alertname: "Deep" }], AT);
    expect(told.map(({ source, page, outcome }) => ({ source, page, outcome }))).toEqual([
      { source: "main", page: "alerts", outcome: "success" },
      { source: "main", page: "silences", outcome: "http-503" },
    ]);
  });
});

async function world(
  replies: { readonly alerts?: Reply; readonly silences?: Reply },
  config: Partial<AlertmanagerConfig> = {},
) {
  const server: FakePrometheus = await startFakePrometheus();
  server.onRequest(({ path }) =>
    path === "/am/api/v2/alerts" ? (replies.alerts ?? json(ALERTS)) : (replies.silences ?? json(SILENCES)),
  );
  const told: RequestObservation[] = [];
  const silencers = createSilencers({
    sources: { main: { url: `${server.url}/am`, timeoutMs: 400, ...config }, bare: null },
    clock: manualClock(),
    observe: (observation) => void told.push(observation),
  });
  running.push(server, { stop: () => silencers.close() });
  return { silencers, server, told };
}

function json(body: unknown): Reply {
  return { kind: "json", body };
}

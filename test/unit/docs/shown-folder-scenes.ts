import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { HEAD_MESSAGE, signHead } from "../../../src/store/audit/signed-head.ts";
import { gitRepository } from "../../support/git-repository.ts";
import { auditOf } from "../store/audit/rows.ts";
import { mustOpen } from "../store/folder.ts";
import { deploy } from "../store/samples.ts";
import { blocks, page } from "./doc-files.ts";
import type { Place } from "./shown-place.ts";
import type { Scene } from "./shown-scenes.ts";
import { startShop } from "./shown-shop.ts";

const README_GATE =
  blocks(page("README.md")).find(({ text }) => text.startsWith("schema: gate/v1"))?.text ?? "";
const CHECKOUT_GATE = README_GATE.replace("name: new-checkout", "name: checkout").replace(/^flag:.*\n/m, "");

const FAULTY_GATE = `schema: gate/v1
name: gate
owner: team
runbook: https://runbooks.example.com/gate
signals:
  - query: sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))
    name: errors
    advance: at most 0.3
`;

const FAULTY_CONFIG = `htpp: {}

sources:
  main:
    url: prometheus
    timout: 5s
`;

const LIBRARY = `schema: signals/v1
signals:
  - name: backlog
    title: Orders that wait
    owner: team
    runbook: https://runbooks.example.com/backlog
    query: sum(backlog)
    advance: at most 3
`;

function gates({ write }: Place): void {
  write("gates/new-checkout.yaml", README_GATE);
}

function checkoutGate({ write }: Place): void {
  write("gates/checkout.yaml", CHECKOUT_GATE);
}

/** Gates of the shop, and its Prometheus. */
function shop(alert: "fires" | "rests") {
  return async (place: Place): Promise<void> => {
    gates(place);
    checkoutGate(place);
    const prometheus = await startShop(alert);
    place.afterwards.push(() => prometheus.stop());
    place.env["PROMETHEUS_URL"] = prometheus.url;
    place.replaced = { "http://prometheus.example.com:9090": prometheus.url };
  };
}

/** A store with three records, a log with a signed head of each, and the public key. */
function store(path: string) {
  return async ({ folder, write }: Place): Promise<void> => {
    write("data/.keep", "");
    const opened = await mustOpen(join(folder, path));
    for (const id of ["c1", "c2", "c3"]) await opened.addDeploy(deploy(id), null);
    await opened.close();
    const keys = generateKeyPairSync("ed25519");
    const heads = auditOf(join(folder, path)).map((row) =>
      JSON.stringify({ ...signHead(row, keys.privateKey, keys.publicKey), msg: HEAD_MESSAGE }),
    );
    write("rampart.log", `${heads.join("\n")}\n`);
    write("audit.pub.pem", keys.publicKey.export({ type: "spki", format: "pem" }).toString());
  };
}

function config(path: string) {
  return ({ write }: Place): void => {
    write("data/.keep", "");
    write("gates/.keep", "");
    write(
      path,
      "http: { listen: 127.0.0.1:0 }\nmetrics: { listen: 127.0.0.1:0 }\npeople: [{ name: anna }]\n",
    );
  };
}

function repository({ folder }: Place): void {
  const made = gitRepository(folder);
  made.commit("ada@example.com", { "gates/checkout.yaml": CHECKOUT_GATE });
  made.commit("ben@example.com", { "gates/signals/commerce.yaml": LIBRARY });
}

/** Commands that need no server, in a folder as their page has it. */
export const IN_A_FOLDER: Readonly<Record<string, Scene>> = {
  "rampart lint gates": { set: gates },
  "rampart lint gates --strict": { set: gates },
  "rampart lint gates/ --strict": { set: gates },
  "rampart lint bad": { set: ({ write }) => write("bad/gate.yaml", FAULTY_GATE), exit: 2 },
  "rampart show new-checkout": { set: gates },
  './rampart show "gates/$SERVICE.yaml"': { set: checkoutGate },
  "rampart schema": {},
  "rampart completion bash > rampart.bash": {},
  "rampart completion zsh > _rampart": {},
  "rampart completion fish > rampart.fish": {},
  "rampart publish": { set: repository },
  "rampart publish --check": {
    async set(place) {
      repository(place);
      await place.run(["publish"]);
    },
  },
  [`rampart try 'sum(rate(checkout_errors_total[5m])) / sum(rate(checkout_requests_total[5m]))' --advance 'at most 0.5%' --rollback 'above 2% for 2m'`]:
    { set: shop("rests") },
  [`./rampart try 'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))' --prometheus http://prometheus.example.com:9090 --advance 'at most 0.5%' --rollback 'above 2% for 2m'`]:
    { set: shop("rests") },
  './rampart try "$ALERT"': { set: shop("rests") },
  './rampart check "gates/$SERVICE.yaml"': { set: shop("rests") },
  "rampart check gates/checkout.yaml --prometheus http://prometheus.example.com:9090; echo $?": {
    set: shop("fires"),
  },
  "./rampart check gates/new-checkout.yaml --prometheus http://prometheus.example.com:9090 --for deploy": {
    set: shop("rests"),
  },
  "rampart serve --config rampart.yaml": {
    set: ({ write }) => write("rampart.yaml", FAULTY_CONFIG),
    exit: 2,
  },
  "RAMPART_BOOTSTRAP_TOKEN_FILE=bootstrap rampart serve --config rampart.yaml": {
    set: config("rampart.yaml"),
  },
  "./rampart serve > rampart.log 2>&1 &": { set: config("config/rampart.yaml") },
  "./rampart token create --kind machine --name local --scopes read --store data/rampart.db > local.token": {
    set: config("config/rampart.yaml"),
  },
  "rampart token create --kind person --name anna --scopes read,admin --store data/rampart.db --config rampart.yaml":
    { set: config("rampart.yaml") },
  "rampart audit verify --head-file rampart.log --public-key audit.pub.pem": {
    async set(place) {
      config("config/rampart.yaml")(place);
      await store("data/rampart.db")(place);
    },
  },
  "rampart audit verify --store rampart-2026-03-03.db --head-file rampart.log": {
    set: store("rampart-2026-03-03.db"),
  },
  "rampart backup /backup/rampart.db --store data/rampart.db": {
    async set(place) {
      await store("data/rampart.db")(place);
      place.replaced = { "/backup/rampart.db": join(place.folder, "rampart.db") };
    },
  },
};

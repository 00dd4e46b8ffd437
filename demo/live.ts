import { setTimeout as sleep } from "node:timers/promises";
import type { GateBody } from "./rampart.ts";
import { startRamp } from "./scenes/scene.ts";
import type { Cast } from "./cast.ts";
import { flagOf } from "./stage.ts";

const LOOK_EVERY_MS = 1_000;
/** Where no terminal says how wide it is. */
const WIDE = 200;
/** So that whoever watches has the time to approve it in another terminal. */
const APPROVE_AFTER_LOOKS = 15;

/** Shows one ramp in the terminal, from its start until it is finished. */
export async function showLive(cast: Cast, shop: string, say: (line: string) => void): Promise<void> {
  const gate = flagOf(shop);
  say("");
  say(`Unleash     ${cast.unleash.url}   (admin / unleash4all)`);
  say(`Prometheus  ${cast.prometheus.url}`);
  say(`Rampart     ${cast.rampart.url}`);
  say("");
  say("In another terminal, to look or to interfere:");
  say(`  export RAMPART_URL=${cast.rampart.url} RAMPART_TOKEN=${cast.leadToken}`);
  say(`  npm run rampart -- explain ${gate}`);
  say(`  npm run rampart -- rollback ${gate} --reason "I want to see it"`);
  say(
    `  curl -X PUT -H 'content-type: application/json' -d '{"drop":0.1}' http://127.0.0.1:${cast.shop(shop).port}/faults`,
  );
  say("");
  await startRamp(cast, shop);
  await follow(cast, gate, say);
}

async function follow(cast: Cast, gate: string, say: (line: string) => void): Promise<void> {
  let asked = 0;
  let shown = "";
  for (;;) {
    const now = await cast.lead.gate(gate);
    const view = render(now);
    if (process.stdout.isTTY) {
      const up = shown === "" ? "" : `\u001b[${shown.split("\n").length}A\u001b[J`;
      process.stdout.write(`${up}${view}\n`);
    } else if (view !== shown) {
      say(view);
    }
    shown = view;
    if (now.state === "finished" || now.state === "rolled-back") return;
    asked = (now.request?.needed.length ?? 0) > 0 ? asked + 1 : 0;
    if (asked === APPROVE_AFTER_LOOKS) await cast.second.approve(gate, "all signals are good");
    await sleep(LOOK_EVERY_MS);
  }
}

/** The ladder, why it stands where it stands, and what comes next. */
function render(gate: GateBody): string {
  const ladder = gate.steps
    .map(({ to }, index) => (index + 1 === gate.step.index ? `[${to}%]` : ` ${to}% `))
    .join(" ─ ");
  const { set, served } = gate.exposure;
  const why = gate.because.map((reason) => reason.message);
  const next = gate.step.next === null ? "the end of the bake" : `${gate.step.next}%`;
  const asks = (gate.request?.needed.length ?? 0) > 0;
  return [
    `${gate.name}   ${gate.state}   signals ${gate.verdict}   set ${set ?? "?"}%, served ${served ?? "?"}%`,
    `  ${ladder}`,
    `  why   ${why.length === 0 ? "all conditions hold" : why.join("; ")}`,
    `  next  ${next}${asks ? " (a second person approves in a moment, unless you do)" : ""}`,
  ]
    .map((line) => line.slice(0, (process.stdout.columns ?? WIDE) - 1))
    .join("\n");
}

import type { InitRequest, InitOutcome } from "../../../src/cli/standalone/init.ts";
import type { Scripts } from "../scripted-standalone.ts";

const PROPOSED: InitOutcome = {
  kind: "proposed",
  proposal: {
    gate: "checkout",
    files: [
      {
        path: "config/rampart.yaml",
        text: "environment: production\n",
        isReplaceable: false,
        extended: null,
      },
      {
        path: "gates/checkout.yaml",
        text: "schema: gate/v1\nname: checkout\n",
        isReplaceable: true,
        extended: null,
      },
    ],
    folders: ["data", "gates"],
    summary: ["signal errors: Share of requests that failed", 'alerts {service="checkout"}: CheckoutErrors'],
    remarks: ["left out: CheckoutCache cannot fire"],
    next: ["rampart check gates/checkout.yaml --for deploy", "rampart serve"],
  },
};

export const INIT_OUTCOMES: Scripts<InitRequest, InitOutcome> = {
  proposed: () => PROPOSED,
  written: (request) => ({
    kind: "written",
    paths: request.kind === "write" ? request.files.map(({ path }) => path) : [],
  }),
  "needs-prometheus": () => ({
    kind: "needs",
    what: "prometheus",
    message: "which Prometheus is to be asked? Give its URL with --prometheus (PROMETHEUS_URL)",
    choices: [],
  }),
  "needs-service": () => ({
    kind: "needs",
    what: "service",
    message: "which service is the gate for? Name it with --service",
    choices: ["basket", "checkout"],
  }),
  nothing: () => ({
    kind: "nothing",
    message: "nothing to make a gate of for chekout: no series has it in a label",
    nearest: ["checkout"],
    leftOut: ["CheckoutCache cannot fire"],
  }),
  blind: () => ({ kind: "blind", message: "Prometheus cannot be asked (unreachable): refused" }),
  refused: () => ({
    kind: "refused",
    message:
      "gates/checkout.yaml exists already and is left as it is; name another with --out, or replace a gate file with --force",
  }),
};

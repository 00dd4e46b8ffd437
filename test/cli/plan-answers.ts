import { definitionBody } from "../../src/api/definition.ts";
import { DAY } from "../../src/domain/instant.ts";
import { aFlagTarget } from "../support/builders.ts";
import { gateView } from "../support/fake-controller.ts";
import { ERP, ERP_BEFORE, SHORT } from "./outcomes/plan.ts";

/** The definitions that a server runs, beside the one that is planned. */
export const PLAN_ANSWERS = {
  "definition-same": definitionBody(gateView({ name: "erp", gate: SHORT }), "0.1.0"),
  "definition-before": definitionBody(gateView({ name: "erp", gate: ERP_BEFORE }), "0.1.0"),
  "definition-elsewhere": definitionBody(
    gateView({
      name: "erp",
      gate: { ...ERP, bakeMs: DAY, signals: ERP.signals.map((each) => ({ ...each, source: "eu" })) },
    }),
    "0.1.0",
  ),
  "definition-tighter": definitionBody(gateView({ name: "erp", gate: { ...SHORT, bakeMs: DAY } }), "0.1.0"),
  "definition-other-flag": definitionBody(
    gateView({ name: "erp", gate: { ...SHORT, flag: aFlagTarget({ environment: "staging" }) } }),
    "0.1.0",
  ),
  "definition-newer": definitionBody(gateView({ name: "erp", gate: { ...SHORT, bakeMs: DAY } }), "0.2.0"),
  "definition-gone": definitionBody(gateView({ name: "erp", gate: null }), "0.1.0"),
};

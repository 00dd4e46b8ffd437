import { definitionBody } from "../../src/api/definition.ts";
import { DAY } from "../../src/domain/instant.ts";
import { gateView } from "../support/fake-controller.ts";
import { ERP, ERP_BEFORE, SHORT } from "./outcomes/plan.ts";

/** The definitions that a server runs, beside the one that is planned. */
export const PLAN_ANSWERS = {
  "definition-same": definitionBody(gateView({ name: "erp", gate: SHORT })),
  "definition-before": definitionBody(gateView({ name: "erp", gate: ERP_BEFORE })),
  "definition-elsewhere": definitionBody(
    gateView({
      name: "erp",
      gate: { ...ERP, bakeMs: DAY, signals: ERP.signals.map((each) => ({ ...each, source: "eu" })) },
    }),
  ),
  "definition-gone": definitionBody(gateView({ name: "erp", gate: null })),
};

import type { LintOnlineOutcome, LintOnlineRequest } from "../../../src/cli/standalone/lint-online.ts";
import type { Scripts } from "../scripted-standalone.ts";

const WELL: LintOnlineOutcome = { kind: "asked", problems: [], unseen: [], remarks: [] };

export const LINT_ONLINE_OUTCOMES: Scripts<LintOnlineRequest, LintOnlineOutcome> = {
  well: () => WELL,
  gone: () => ({
    ...WELL,
    problems: [
      {
        file: "gates/good/erp.yaml",
        line: 7,
        column: 12,
        length: 5,
        code: "R311",
        severity: "error",
        message: "there is no series `erp_backlgo`",
        suggestion: "did you mean `erp_backlog`?",
      },
    ],
  }),
  dark: () => ({ ...WELL, unseen: ["default: connection refused (unreachable)"] }),
  flagless: () => ({
    ...WELL,
    remarks: ["flags were not asked about: config/rampart.yaml names no Unleash"],
  }),
  nobody: () => ({ kind: "unusable", message: "no Prometheus is named: give --prometheus <url>" }),
};

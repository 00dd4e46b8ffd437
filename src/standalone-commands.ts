import type { Standalone } from "./cli/standalone.ts";

/** The commands that need no server. What only one of them needs is loaded by it alone, so that each starts at once. */
export const STANDALONE: Standalone = {
  tryQuery: async (request) => (await import("./standalone/try-query.ts")).tryQuery(request),
  checkFile: async (request) => (await import("./standalone/check-file.ts")).checkFile(request),
  backtest: async (request) => (await import("./standalone/backtest.ts")).backtestGate(request),
  init: async (request) => (await import("./standalone/init.ts")).init(request),
  doctor: async (request) => (await import("./standalone/doctor.ts")).doctor(request),
  testGates: async (request) => (await import("./standalone/test-gates.ts")).testGates(request),
  show: async (request) => (await import("./standalone/show.ts")).show(request),
  lintOnline: async (request) => (await import("./standalone/lint-online.ts")).lintOnline(request),
  plan: async (request) => (await import("./standalone/plan.ts")).plan(request),
  publish: async (request) => (await import("./standalone/publish.ts")).publish(request),
  verifyAudit: async (request) => (await import("./standalone/audit.ts")).verifyAudit(request),
  exportAudit: async (request) => (await import("./standalone/audit.ts")).exportAudit(request),
  backupStore: async (request) => (await import("./standalone/backup.ts")).backupStore(request),
  auditKey: async (request) => (await import("./standalone/audit.ts")).auditKey(request),
};

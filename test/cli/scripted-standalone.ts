import type { Standalone } from "../../src/cli/standalone.ts";
import { AUDIT_KEY_OUTCOMES, EXPORT_AUDIT_OUTCOMES, VERIFY_AUDIT_OUTCOMES } from "./outcomes/audit.ts";
import { BACKTEST_OUTCOMES } from "./outcomes/backtest.ts";
import { BACKUP_OUTCOMES } from "./outcomes/backup.ts";
import { CHECK_FILE_OUTCOMES } from "./outcomes/check-file.ts";
import { DOCTOR_OUTCOMES } from "./outcomes/doctor.ts";
import { INIT_OUTCOMES } from "./outcomes/init.ts";
import { LINT_ONLINE_OUTCOMES } from "./outcomes/lint-online.ts";
import { PLAN_OUTCOMES } from "./outcomes/plan.ts";
import { PUBLISH_OUTCOMES } from "./outcomes/publish.ts";
import { SHOW_OUTCOMES } from "./outcomes/show.ts";
import { TEST_OUTCOMES } from "./outcomes/test-gates.ts";
import { TRY_OUTCOMES } from "./outcomes/try.ts";

/** What came of a command, by the name a case file calls it. A function, so that it may look at the request or ask through it. */
export type Scripts<Request, Outcome> = Readonly<
  Record<string, (request: Request) => Outcome | Promise<Outcome>>
>;

/**
 * The commands that need no server, answered by the case file. A call is an exchange as any other: the verb and the request as
 * JSON, then the name of an outcome in `outcomes/`:
 *
 *     > tryQuery {"query":"sum(up)","prometheus":"http://127.0.0.1:9090"}
 *     < @healthy
 *
 * `exchange` notes the request and returns the response that the case gives to it.
 */
export function scriptedStandalone(exchange: (request: string) => string): Standalone {
  async function play<Request, Outcome>(
    verb: keyof Standalone,
    scripts: Scripts<Request, Outcome>,
    request: Request,
  ): Promise<Outcome> {
    const response = exchange(`${verb} ${JSON.stringify(request)}`);
    const script = scripts[response.replace("@", "")];
    if (script === undefined) throw new Error(`there is no outcome ${response} of ${verb}`);
    return script(request);
  }
  return {
    tryQuery: (request) => play("tryQuery", TRY_OUTCOMES, request),
    checkFile: (request) => play("checkFile", CHECK_FILE_OUTCOMES, request),
    backtest: (request) => play("backtest", BACKTEST_OUTCOMES, request),
    init: (request) => play("init", INIT_OUTCOMES, request),
    doctor: (request) => play("doctor", DOCTOR_OUTCOMES, request),
    show: (request) => play("show", SHOW_OUTCOMES, request),
    testGates: (request) => play("testGates", TEST_OUTCOMES, request),
    lintOnline: (request) => play("lintOnline", LINT_ONLINE_OUTCOMES, request),
    plan: (request) => play("plan", PLAN_OUTCOMES, request),
    publish: (request) => play("publish", PUBLISH_OUTCOMES, request),
    verifyAudit: (request) => play("verifyAudit", VERIFY_AUDIT_OUTCOMES, request),
    exportAudit: (request) => play("exportAudit", EXPORT_AUDIT_OUTCOMES, request),
    auditKey: (request) => play("auditKey", AUDIT_KEY_OUTCOMES, request),
    backupStore: (request) => play("backupStore", BACKUP_OUTCOMES, request),
  };
}

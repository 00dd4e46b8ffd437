import type {
  AuditKeyOutcome,
  AuditPlace,
  ExportAuditOutcome,
  ExportAuditRequest,
  VerifyAuditOutcome,
  VerifyAuditRequest,
} from "./standalone/audit.ts";
import type { BacktestOutcome, BacktestRequest } from "./standalone/backtest.ts";
import type { BackupRequest, StoreBackupOutcome } from "./standalone/backup.ts";
import type { CheckFileOutcome, CheckFileRequest } from "./standalone/check-file.ts";
import type { DoctorOutcome, DoctorRequest } from "./standalone/doctor.ts";
import type { InitOutcome, InitRequest } from "./standalone/init.ts";
import type { LintOnlineOutcome, LintOnlineRequest } from "./standalone/lint-online.ts";
import type { PlanOutcome, PlanRequest } from "./standalone/plan.ts";
import type { PublishOutcome, PublishRequest } from "./standalone/publish.ts";
import type { ShowOutcome, ShowRequest } from "./standalone/show.ts";
import type { TestOutcome, TestRequest } from "./standalone/test-gates.ts";
import type { TryOutcome, TryRequest } from "./standalone/try.ts";

/** The commands that need no server. Each does its work and returns what the command line prints. */
export type Standalone = {
  readonly tryQuery: (request: TryRequest) => Promise<TryOutcome>;
  readonly checkFile: (request: CheckFileRequest) => Promise<CheckFileOutcome>;
  readonly backtest: (request: BacktestRequest) => Promise<BacktestOutcome>;
  readonly init: (request: InitRequest) => Promise<InitOutcome>;
  readonly doctor: (request: DoctorRequest) => Promise<DoctorOutcome>;
  readonly testGates: (request: TestRequest) => Promise<TestOutcome>;
  readonly show: (request: ShowRequest) => Promise<ShowOutcome>;
  readonly lintOnline: (request: LintOnlineRequest) => Promise<LintOnlineOutcome>;
  readonly plan: (request: PlanRequest) => Promise<PlanOutcome>;
  readonly publish: (request: PublishRequest) => Promise<PublishOutcome>;
  readonly verifyAudit: (request: VerifyAuditRequest) => Promise<VerifyAuditOutcome>;
  readonly exportAudit: (request: ExportAuditRequest) => Promise<ExportAuditOutcome>;
  readonly backupStore: (request: BackupRequest) => Promise<StoreBackupOutcome>;
  readonly auditKey: (request: AuditPlace) => Promise<AuditKeyOutcome>;
};

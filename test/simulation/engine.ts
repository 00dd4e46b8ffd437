/**
 * The engine under simulation. Everything that the simulation takes from `src` comes through here, so a copy of the
 * repository in which `src` is another one is simulated as it stands.
 */
export { Conductor } from "../../src/control/conduct.ts";
export { Metronome } from "../../src/control/metronome.ts";
export type { PassPorts } from "../../src/control/pass.ts";
export type { Clock, Commit, Metrics, Outbox, Records } from "../../src/control/ports.ts";
export type { AlertRule, AlertRules } from "../../src/domain/alert.ts";
export { ACTIONS, type ActionName, type CommandOutcome } from "../../src/domain/command.ts";
export type { FlagEvent, StrategySeen } from "../../src/domain/flag.ts";
export type { Audience, FlagTarget, Gate } from "../../src/domain/gate.ts";
export { HOUR, type Instant, MINUTE, type Millis, SECOND } from "../../src/domain/instant.ts";
export type { Limit } from "../../src/domain/limit.ts";
export type { Principal } from "../../src/domain/principal.ts";
export type { Answer, Freshness } from "../../src/domain/reading.ts";
export type { GateView } from "../../src/domain/view.ts";
export { canonicalJson } from "../../src/unleash/canonical-json.ts";
export { createFlags } from "../../src/unleash/flags.ts";
export { createSightings } from "../../src/unleash/sightings.ts";
export type { Outbound, OutboundReply } from "../../src/lib/outbound.ts";
export type { OutboundRequest } from "../../src/lib/outbound-request.ts";
export { createPrometheus as createPrometheusClient } from "../../src/prometheus/prometheus.ts";
export { verifyChain } from "../../src/store/audit/verify.ts";
export { storeOn } from "../../src/store/open-store.ts";
export { IN_MEMORY, openDatabase } from "../../src/store/sqlite/database.ts";
export type { SqliteHandle } from "../../src/store/sqlite/driver.ts";
export type { Store } from "../../src/store/store.ts";

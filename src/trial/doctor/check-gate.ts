import { measureAlerts } from "../../control/measure-alerts.ts";
import type { LoadedGate, Metrics, Silencers } from "../../control/ports.ts";
import type { Gate } from "../../domain/gate.ts";
import type { Instant } from "../../domain/instant.ts";
import type { Problem } from "../../domain/problem.ts";
import { blindnessOf } from "../guard-sight.ts";
import { readSignals } from "../trial-reading.ts";
import { fault, type Finding, ok, skipped, unseen, warning } from "./finding.ts";

export type GatePorts = { readonly metrics: Metrics; readonly silencers: Silencers };

/** Gate files that cannot be loaded. */
export function checkFiles(folder: string, problems: readonly Problem[], gates: number): Finding {
  const check = `gates in ${folder}`;
  const errors = problems.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first !== undefined) {
    const where = `${first.file}:${first.line}`;
    const message = `${errors.length} problems; the first: ${where} ${first.message}`;
    return fault(check, message, `rampart lint ${folder}`);
  }
  return gates === 0
    ? warning(check, "there is none", "rampart init, or write one: docs/gates.md")
    : ok(check, `${gates} loaded`);
}

/** Each signal and guard of a gate, read once as a pass would. `dark`: sources that do not answer at all. */
export async function checkReadings(
  gate: Gate,
  ports: GatePorts,
  dark: ReadonlySet<string>,
  now: Instant,
): Promise<readonly Finding[]> {
  const readable = gate.signals.filter(({ source }) => !dark.has(source));
  const guards = gate.alerts.filter(({ source }) => !dark.has(source));
  const lost = gate.signals.length + gate.alerts.length - readable.length - guards.length;
  const [readings, alerts] = await Promise.all([
    readSignals({ ...gate, signals: readable }, ports.metrics, now),
    measureAlerts(guards, ports, now),
  ]);
  return [
    ...(lost === 0 ? [] : [inTheDark(gate, lost)]),
    ...[...readings].map(([name, reading]) => {
      const check = `gate ${gate.name}: signal ${name}`;
      if (reading.kind === "known") return ok(check, `reads ${reading.shown}`);
      if (reading.kind === "quiet") return ok(check, "its data is fresh, and there is no traffic right now");
      const mend = `rampart try, with the query of this signal, shows what comes back`;
      return unseen(check, `cannot be read: ${reading.why}`, mend);
    }),
    ...guards.flatMap((guard, index) => {
      const answers = alerts[index];
      if (answers === undefined) return [];
      const check = `gate ${gate.name}: alerts ${guard.match}`;
      const blind = blindnessOf(gate, guard, answers, now);
      if (blind !== null) return [unseen(check, `sees nothing: ${blind}`, GUARD_MEND)];
      const rules = answers.rules.kind === "known" ? answers.rules.rules : [];
      return [ok(check, rules.map(({ name }) => name).join(", "))];
    }),
  ];
}

const GUARD_MEND =
  "mend the rule, name other labels, or give the guard a `witness` where series appear only with the first failure";

function inTheDark(gate: Gate, lost: number): Finding {
  const check = `gate ${gate.name}: readings`;
  const message = `${lost} were not tried, for their source cannot be asked`;
  return skipped(check, message, "see the finding about the source");
}

/** Names of the configuration that the gate relies on and that are not there. */
export function checkNames(
  gate: Gate,
  sources: readonly string[],
  servers: readonly string[],
): readonly Finding[] {
  const missing = (kind: string, key: string, named: readonly string[], there: readonly string[]) =>
    [...new Set(named)]
      .filter((name) => !there.includes(name))
      .map((name) => {
        const message = `${kind} ${name} is not in the configuration`;
        return fault(`gate ${gate.name}: ${kind}`, message, `name it under \`${key}\`, or mend the gate`);
      });
  const read = [...gate.signals, ...gate.alerts].map(({ source }) => source);
  const driven = gate.flag === null ? [] : [gate.flag.server];
  return [...missing("source", "sources", read, sources), ...missing("server", "unleash", driven, servers)];
}

/** Who wrote a gate matters where people approve: an unknown author asks one of them more. */
export function checkAuthor({ definition }: LoadedGate): readonly Finding[] {
  if (definition === null) return [];
  const { gate, author } = definition;
  const check = `gate ${gate.name}: author`;
  if (author.kind === "known") return [ok(check, `${author.people.join(", ")}, by gates.lock`)];
  const asksNobody = gate.promises.length === 0 && gate.steps.every(({ approve }) => approve.length === 0);
  if (asksNobody) return [];
  const message = `unknown: ${author.why}; each approval asks for one person more`;
  return [warning(check, message, "rampart publish, and name every author's address under `people`")];
}

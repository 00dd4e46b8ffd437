import { expect, test } from "vitest";
import { mutantsOf } from "../../../src/rehearsal/mutants.ts";
import { aGate, aGuard } from "../../support/builders.ts";

function changes(...guards: readonly ReturnType<typeof aGuard>[]) {
  return mutantsOf(aGate({ signals: [], alerts: guards }));
}

test("a guard is left out, and each of its effects ignored", () => {
  const mutants = changes(aGuard());
  expect(mutants.map(({ signal, path, what }) => `${signal} ${path} ${what}`)).toEqual([
    'alerts {service="checkout"} alerts[0].match left out',
    'alerts {service="checkout"} alerts[0].pending pending wait: ignored',
    'alerts {service="checkout"} alerts[0].firing firing halt: ignored',
    'alerts {service="checkout"} alerts[0].critical critical rollback: ignored',
    'alerts {service="checkout"} alerts[0].silenced silenced wait: ignored',
  ]);
  expect(mutants.map(({ gate }) => gate.alerts)).toEqual([
    [],
    [aGuard({ pending: "ignore" })],
    [aGuard({ firing: "ignore" })],
    [aGuard({ critical: "ignore" })],
    [aGuard({ silenced: "ignore" })],
  ]);
});

test("an effect that is ignored already has no change, nor have the other guards", () => {
  const quiet = aGuard({ pending: "ignore", firing: "ignore", critical: "ignore", silenced: "ignore" });
  const mutants = changes(quiet, aGuard());
  expect(mutants.filter(({ path }) => path.startsWith("alerts[0]")).map(({ what }) => what)).toEqual([
    "left out",
  ]);
  expect(mutants.every(({ gate }) => gate.alerts.length === 1 || gate.alerts[0] === quiet)).toBe(true);
});

test("of several matchers one is lost at a time, and the text stays", () => {
  const [service, severity] = [
    { label: "service", operator: "=", value: "checkout" },
    { label: "severity", operator: "=~", value: "page|critical" },
  ] as const;
  const guard = aGuard({ matchers: [service, severity] });
  const lost = changes(guard).filter(({ what }) => what.startsWith("match without"));
  expect(lost.map(({ what }) => what)).toEqual([
    'match without service="checkout"',
    'match without severity=~"page|critical"',
  ]);
  expect(lost.map(({ gate }) => gate.alerts[0])).toEqual([
    { ...guard, matchers: [severity] },
    { ...guard, matchers: [service] },
  ]);
});

/** JSON with the keys of every object in order: equal values give equal texts, whoever serialised them before. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, nested: unknown) => (isRecord(nested) ? sorted(nested) : nested));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

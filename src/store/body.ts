/** A row whose body is not what this program wrote. Nothing may be decided from a gate with such a row. */
export class UnreadableRow extends Error {
  override readonly name = "UnreadableRow";

  constructor(table: string, key: string, detail: string) {
    super(`row ${key} of ${table} cannot be read: ${detail}`);
  }
}

const NUMBER_TAG = "$number";

/** JSON that loses nothing: plain JSON would turn NaN and the infinities into null without a word. */
export function encodeBody(value: object): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "number" && !Number.isFinite(part) ? { [NUMBER_TAG]: String(part) } : part,
  );
}

/**
 * The value under a row's key. That the text is whole and the body is the one that belongs to the key is checked; the
 * shape below that is what `encodeBody` was given, since migrations rewrite bodies whenever a type changes.
 */
export function decodeBody<T extends object>(row: {
  readonly table: string;
  readonly field: keyof T & string;
  readonly key: string;
  readonly body: string;
}): T {
  const value = parsed(row.table, row.key, row.body);
  if (!isBodyOf<T>(value, row.field, row.key)) {
    throw new UnreadableRow(row.table, row.key, `its body does not carry that ${row.field}`);
  }
  return value;
}

export function decodeTexts(table: string, key: string, body: string): readonly string[] {
  const value = parsed(table, key, body);
  if (!Array.isArray(value) || !value.every((text) => typeof text === "string")) {
    throw new UnreadableRow(table, key, "its body is not a list of texts");
  }
  return value;
}

function parsed(table: string, key: string, body: string): unknown {
  try {
    // Looking at every part takes several times as long as reading them, and almost no body needs it.
    if (!body.includes(`"${NUMBER_TAG}"`)) return JSON.parse(body);
    return JSON.parse(body, (_, part: unknown) => taggedNumber(part) ?? part);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UnreadableRow(table, key, "its body is not JSON");
    throw error;
  }
}

function taggedNumber(part: unknown): number | null {
  if (typeof part !== "object" || part === null || !(NUMBER_TAG in part)) return null;
  return Number(part[NUMBER_TAG]);
}

function isBodyOf<T extends object>(value: unknown, field: keyof T & string, key: string): value is T {
  return typeof value === "object" && value !== null && Reflect.get(value, field) === key;
}

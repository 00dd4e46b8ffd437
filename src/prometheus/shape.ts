export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function isTexts(value: unknown): value is readonly string[] {
  return isList(value) && value.every((each) => typeof each === "string");
}

/** Label names and values. */
export type Labels = Readonly<Record<string, string>>;

export function isLabels(value: unknown): value is Labels {
  return isObject(value) && Object.values(value).every((each) => typeof each === "string");
}

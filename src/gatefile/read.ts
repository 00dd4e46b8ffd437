import type { Complain } from "./problem-list.ts";
import type { Value } from "./value.ts";

/** A JSON Schema, as far as editors need one. */
export type JsonSchema = { readonly [key: string]: unknown };

/** What is said of a key to people: in the tables of the pages, and to who points at it in an editor. */
export type Words = {
  /** What may be written. */
  readonly type: string;
  /** What holds where it is left out; absent: nothing. */
  readonly fallback?: string;
  readonly meaning: string;
};

/** Reads one value of a file; undefined when it cannot be used, and then why is already complained. */
export type Read<T> = {
  (value: Value, complain: Complain): T | undefined;
  /** The same for editors; absent: they are told nothing. */
  readonly json?: JsonSchema;
  readonly words?: Words;
};

/** A reader whose values editors can check. */
export function shaped<T>(
  json: JsonSchema,
  read: (value: Value, complain: Complain) => T | undefined,
): Read<T> {
  return Object.assign((value: Value, complain: Complain) => read(value, complain), { json });
}

/** The same reader, with what people are told of the key. */
export function told<T>(read: Read<T>, type: string, meaning: string, fallback?: string): Read<T> {
  const words: Words = { type, meaning, ...(fallback === undefined ? {} : { fallback }) };
  const { json = {} } = read;
  const description = plainText(meaning);
  return Object.assign(shaped(description === "" ? json : { ...json, description }, read), { words });
}

/** Links of the pages lead nowhere in an editor. */
function plainText(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

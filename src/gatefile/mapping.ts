import { nearestName } from "../text/nearest-name.ts";
import { type Read, wordList } from "./leaf.ts";
import type { Complain, Complaint } from "./problem-list.ts";
import { type JsonSchema, shaped } from "./read.ts";
import type { Span } from "./source.ts";
import { headOf, type MapValue, nameOfKind, type Value } from "./value.ts";

type Shape = Readonly<Record<string, Read<unknown>>>;

type ReadBy<R> = R extends Read<infer T> ? T : never;

/** What was read of a mapping. A key that is absent and one whose value was no good both have no value. */
export type Fields<S extends Shape> = {
  readonly values: { readonly [K in keyof S]?: ReadBy<S[K]> };
  /** Whether the key is written at all: a bad value is not a missing one. */
  has(key: keyof S & string): boolean;
  /** The key's value; the head of the mapping when the key is absent. */
  at(key: keyof S & string): Span;
  readonly head: Span;
};

type MapShape<S extends Shape> = {
  /** What the mapping is, for messages: "a gate", "a step". */
  readonly what: string;
  readonly keys: S;
  /** Keys of the language that this version cannot act on. */
  readonly unsupported?: readonly string[];
  readonly required?: readonly (keyof S & string)[];
};

/** Reads a mapping key by key, so that each mistake is told whatever else is wrong. Undefined: it is no mapping. */
export function readMap<S extends Shape>(
  value: Value,
  shape: MapShape<S>,
  complain: Complain,
): Fields<S> | undefined {
  if (value.kind === "refused") return undefined;
  if (value.kind !== "map") {
    complain({ code: "R108", at: value.at, message: `must be a mapping, not ${nameOfKind(value)}` });
    return undefined;
  }
  const read = new Map<string, unknown>();
  for (const { key, keyAt, value: given } of value.entries) {
    if (Object.hasOwn(shape.keys, key)) {
      read.set(key, shape.keys[key]?.(given, aboutKey(key, complain)));
    } else if (shape.unsupported?.includes(key) === true) {
      complain(unsupported(keyAt, `\`${key}\` of ${shape.what}`));
    } else {
      complain(unknownKey(key, keyAt, shape.what, [Object.keys(shape.keys), shape.unsupported ?? []], value));
    }
  }
  for (const key of shape.required ?? []) {
    if (read.has(key)) continue;
    complain({ code: "R107", at: headOf(value), message: `${shape.what} needs \`${key}\`` });
  }
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was made by the reader of its key
    values: Object.fromEntries([...read].filter(([, each]) => each !== undefined)) as Fields<S>["values"],
    has: (key) => read.has(key),
    at: (key) => value.entries.find((entry) => entry.key === key)?.value.at ?? headOf(value),
    head: headOf(value),
  };
}

/** The reader of such a mapping. */
export function mapping<S extends Shape>(shape: MapShape<S>): Read<Fields<S>> {
  return shaped(jsonOfMap(shape), (value, complain) => readMap(value, shape, complain));
}

/** The mapping for editors: its keys, those it needs, and no other. */
export function jsonOfMap({
  keys,
  required = [],
}: {
  readonly keys: Shape;
  readonly required?: readonly string[];
}): JsonSchema {
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(keys).map(([key, read]) => [key, read.json ?? {}])),
    ...(required.length === 0 ? {} : { required: [...required] }),
    additionalProperties: false,
  };
}

/** Completes "must be ..." with the key it is about; the file and the caret alone say too little in a log line. */
function aboutKey(key: string, complain: Complain): Complain {
  return (complaint) => {
    const [, item, rest] = /^(each item )?(must be.*)$/s.exec(complaint.message) ?? [];
    if (rest === undefined) return complain(complaint);
    complain({
      ...complaint,
      message: item === undefined ? `\`${key}\` ${rest}` : `each item of \`${key}\` ${rest}`,
    });
  };
}

/** One clear refusal for a part of the language that comes later. */
export function unsupported(at: Span, what: string): Complaint {
  return {
    code: "R190",
    at,
    message: `${what} is not supported by this version; the gate is not loaded without it`,
    suggestion: "remove it, if the gate is safe without it",
  };
}

function unknownKey(
  key: string,
  at: Span,
  what: string,
  [own, later]: readonly [readonly string[], readonly string[]],
  map: MapValue,
): Complaint {
  const near = nearestName(key, [...own, ...later]);
  const isThere = map.entries.some((entry) => entry.key === near);
  const suggestion =
    near === null
      ? `known keys: ${wordList(own)}`
      : isThere
        ? `\`${near}\` is there already; remove this one`
        : `did you mean \`${near}\`?`;
  return { code: "R101", at, message: `${what} has no key \`${key.slice(0, 60)}\``, suggestion };
}

import { CALENDAR_SHAPE } from "./calendar-keys.ts";
import { FLOW_SHAPE } from "./flow-keys.ts";
import { GATE_SHAPE, PROFILE_SHAPE } from "./gate-keys.ts";
import { TEST_SHAPE } from "./gate-test/read-gate-test.ts";
import { LIBRARY_SHAPE } from "./library.ts";
import { jsonOfMap } from "./mapping.ts";
import type { JsonSchema, Read } from "./read.ts";

type Kind = {
  readonly title: string;
  readonly shape: {
    readonly keys: Readonly<Record<string, Read<unknown>>>;
    readonly required?: readonly string[];
  };
};

/** Every kind of file by the name in front of its version, with the definition it is read by. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ["gate", { title: "A gate of Rampart", shape: GATE_SHAPE }],
  ["profile", { title: "A profile: a reusable part of gates", shape: PROFILE_SHAPE }],
  ["signals", { title: "A library of signals", shape: LIBRARY_SHAPE }],
  ["flow", { title: "A flow: a revenue path that ramps touch", shape: FLOW_SHAPE }],
  ["calendar", { title: "A calendar: windows of time", shape: CALENDAR_SHAPE }],
  ["gate-test", { title: "Unit tests of a gate", shape: TEST_SHAPE }],
]);

export type SchemaKind = { readonly kind: string; readonly title: string };

export function schemaKinds(): readonly SchemaKind[] {
  return [...KINDS].map(([kind, { title }]) => ({ kind, title }));
}

/**
 * What an editor is told of a kind of file. It says less than the reader: what depends on other keys or files is left to
 * `rampart lint`. Null: there is no such kind.
 */
export function jsonSchemaOf(kind: string): JsonSchema | null {
  const found = KINDS.get(kind);
  if (found === undefined) return null;
  const { title, shape } = found;
  const map = jsonOfMap({ keys: shape.keys, required: ["schema", ...(shape.required ?? [])] });
  const properties = { ...propertiesOf(map), schema: { const: `${kind}/v1` } };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title,
    ...map,
    properties: kind === "profile" ? withParameters(properties) : properties,
  };
}

function propertiesOf({ properties }: JsonSchema): Readonly<Record<string, JsonSchema>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `jsonOfMap` makes a schema of each key
  return properties as Readonly<Record<string, JsonSchema>>;
}

/** In a profile `$name` may be the whole service; other texts take it as they are. */
function withParameters(
  properties: Readonly<Record<string, JsonSchema>>,
): Readonly<Record<string, JsonSchema>> {
  const { service = {}, ...rest } = properties;
  return { ...rest, service: { anyOf: [service, { type: "string", pattern: "^\\$[A-Za-z_]\\w*$" }] } };
}

import { z } from "zod";
import { fileSchema } from "./schema.ts";

/** The keys that may stand at a place of the file; empty where any name may. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.core.$ZodType | undefined = fileSchema;
  for (const key of path) schema = schema === undefined ? undefined : below(unwrapped(schema), key);
  const at = schema === undefined ? undefined : unwrapped(schema);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function below(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return undefined;
}

/** Without the shells that defaults and checks put around a schema. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe) return unwrapped(schema.out);
  return schema;
}

import { pino, stdSerializers } from "pino";
import type { DestinationStream } from "pino";
import { redactor } from "./redactor.ts";
import type { Redactor } from "./redactor.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Static messages with the details in `fields`, so that one kind of event can be counted. An error goes under `err`. */
export type Log = { readonly [level in LogLevel]: Write };

const HIDDEN = "••••";

/** Whatever stands under such a name is never worth the risk, whether its value is known to us or not. */
const SECRET_KEY = /token$|secret|password|passwd|authorization|cookie|api[-_]?key|private[-_]?key/i;

const DEEPEST = 8;

/**
 * A log of one JSON line an event. A secret is struck out twice: by the name of its key, and by value wherever it
 * turns up, also inside a message or a stack. Tell `secrets` each one as soon as it is known.
 */
export function createLog(parts: {
  readonly level: LogLevel;
  readonly destination: DestinationStream;
  readonly secrets?: Redactor;
}): {
  readonly log: Log;
  /** The same lines whatever the level is, for what has to leave the machine. */
  readonly always: Pick<Log, "info">;
  readonly hide: (secret: string) => void;
} {
  const secrets = parts.secrets ?? redactor([]);
  const log = pino(
    {
      level: parts.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: (fields) => withoutSecretKeys(fields, 0) },
      // Errors are written out above; pino's own way would do it a second time.
      serializers: { err: (error: unknown) => error },
      hooks: { streamWrite: (line) => secrets.redact(line) },
    },
    parts.destination,
  );
  return {
    log,
    always: log.child({}, { level: "info" }),
    hide(secret) {
      // In a line of JSON a quote or a backslash of the secret stands escaped.
      secrets.add([secret, JSON.stringify(secret).slice(1, -1)]);
    },
  };
}

function withoutSecretKeys(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      SECRET_KEY.test(key) && value !== null ? HIDDEN : shown(value, depth + 1),
    ]),
  );
}

function shown(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEEPEST) return "…";
  if (value instanceof Error) return withoutSecretKeys(stdSerializers.err(value), depth);
  if (Array.isArray(value)) return value.map((each) => shown(each, depth + 1));
  // A Map, a Date or an object of ours knows best how it is to be shown.
  if ("toJSON" in value) return value;
  return withoutSecretKeys(value, depth);
}

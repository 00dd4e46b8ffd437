import { z } from "zod";
import { HOUR, MINUTE, SECOND } from "../domain/instant.ts";
import {
  durationField,
  headersField,
  listenField,
  nameField,
  pathField,
  proxyField,
  urlField,
} from "./fields.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** A heading whose keys are all commented out is an empty section, not a fault. */
function section<Schema extends z.ZodType>(schema: Schema, empty: object = {}) {
  return z.preprocess((value) => value ?? empty, schema);
}

const tlsFields = {
  caFile: pathField.optional(),
  certFile: pathField.optional(),
  keyFile: pathField.optional(),
};

function hasWholeIdentity(value: { certFile?: string | undefined; keyFile?: string | undefined }): boolean {
  return (value.certFile === undefined) === (value.keyFile === undefined);
}

const wholeIdentity = { message: "needs certFile and keyFile together", path: ["certFile"] };

/** How a peer that takes a password or a bearer token is reached. */
const peerFields = {
  url: urlField,
  timeout: durationField(100, MINUTE).prefault("5s"),
  headers: section(headersField),
  basic: z.strictObject({ username: z.string().min(1), passwordFile: pathField.optional() }).optional(),
  bearerTokenFile: pathField.optional(),
  ...tlsFields,
};

function hasOneCredential(peer: {
  basic?: object | undefined;
  bearerTokenFile?: string | undefined;
}): boolean {
  return peer.basic === undefined || peer.bearerTokenFile === undefined;
}

const oneCredential = { message: "takes basic or bearerTokenFile, not both", path: ["basic"] };

const alertmanagerSchema = z
  .strictObject({
    ...peerFields,
    url: urlField.refine((url) => !/\/api(\/v\d)?\/?$/.test(url), "must end before /api"),
  })
  .refine(hasWholeIdentity, wholeIdentity)
  .refine(hasOneCredential, oneCredential);

const sourceSchema = z
  .strictObject({
    ...peerFields,
    publicUrl: urlField.optional(),
    scrapeInterval: durationField(SECOND, HOUR).prefault("1m"),
    alertmanager: alertmanagerSchema.optional(),
  })
  .refine(hasWholeIdentity, wholeIdentity)
  .refine(hasOneCredential, oneCredential);

const unleashSchema = z
  .strictObject({
    url: urlField.refine((url) => !/\/api\/?$/.test(url), "must end before /api"),
    tokenFile: pathField.optional(),
    clientTokenFile: z
      .union([pathField, z.record(nameField, pathField)], "must be a path, or a path for each environment")
      .optional(),
    refresh: durationField(SECOND, 5 * MINUTE).prefault("15s"),
    timeout: durationField(100, MINUTE).prefault("5s"),
    ...tlsFields,
  })
  .refine(hasWholeIdentity, wholeIdentity);

const personSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,59}$/, "must be 1 to 60 of a-z, 0-9, dot, dash, underscore"),
  groups: section(z.array(nameField), []),
  git: section(z.array(z.string().regex(/^[^\s@]+@[^\s@]+$/, "must be an e-mail address")), []),
});

/** The file as people write it, completed with defaults. Every key that is not here is an error. */
export const fileSchema = z.strictObject({
  environment: nameField.default("production"),
  http: section(
    z.strictObject({
      listen: listenField.prefault("127.0.0.1:9470"),
      url: urlField.optional(),
      trustProxy: section(z.array(proxyField), []),
    }),
  ),
  metrics: section(z.strictObject({ listen: listenField.prefault("127.0.0.1:9480") })),
  store: section(z.strictObject({ path: pathField.default("data/rampart.db") })),
  gates: section(z.strictObject({ path: pathField.default("gates") })),
  audit: section(z.strictObject({ keyFile: pathField.optional() })),
  sources: section(z.record(nameField, sourceSchema)),
  unleash: section(z.record(nameField, unleashSchema)),
  people: section(
    z.array(personSchema).superRefine((people, context) => {
      for (const [index, person] of people.entries()) {
        if (people.findIndex(({ name }) => name === person.name) === index) continue;
        context.addIssue({ code: "custom", path: [index, "name"], message: "is there twice" });
      }
    }),
    [],
  ),
  notify: section(
    z.strictObject({
      webhook: z.strictObject({ url: urlField, secretFile: pathField.optional() }).optional(),
    }),
  ),
  log: section(
    z.strictObject({
      level: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
    }),
  ),
});

export type ConfigFile = z.output<typeof fileSchema>;

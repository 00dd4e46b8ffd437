import { z } from "zod";
import { DAY, SECOND } from "../domain/instant.ts";
import { SCOPES } from "../domain/principal.ts";
import { timeSchema } from "./wire-time.ts";

const scopeSchema = z.enum(SCOPES);

/** Nothing lives for ever: a forgotten token is harmless after this. */
const LONGEST_DAYS = 90;
const LONGEST_SECONDS = (LONGEST_DAYS * DAY) / SECOND;

export const tokenRequestSchema = z
  .strictObject({
    kind: z.enum(["person", "machine"]),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,59}$/, "must be 1 to 60 of a-z, 0-9, dot, dash, underscore"),
    scopes: z.array(scopeSchema).min(1, "must name at least one scope").max(SCOPES.length).optional(),
    preset: z.literal("ci").optional(),
    expiresIn: z
      .int("must be whole seconds")
      .min(60, "must be at least a minute")
      .max(LONGEST_SECONDS, `may be at most ${LONGEST_DAYS} days`)
      .describe("Seconds."),
  })
  .superRefine((body, context) => {
    if ((body.scopes === undefined) === (body.preset === undefined)) {
      context.addIssue({ code: "custom", path: ["scopes"], message: "give either scopes or a preset" });
    }
    if (body.preset === "ci" && body.kind === "person") {
      context.addIssue({ code: "custom", path: ["preset"], message: "ci is for machines" });
    }
  });

export type TokenRequest = z.infer<typeof tokenRequestSchema>;

export const tokenSchema = z.object({
  id: z.string(),
  kind: z.enum(["person", "machine"]),
  name: z.string(),
  scopes: z.array(z.string()),
  createdAt: timeSchema,
  createdBy: z.string(),
  expiresAt: timeSchema,
  revokedAt: timeSchema.nullable(),
});

export type TokenBody = z.infer<typeof tokenSchema>;

export const tokenListSchema = z.object({ tokens: z.array(tokenSchema) });

export const issuedTokenSchema = tokenSchema.extend({
  token: z.string().describe("The secret. It is shown this once and kept nowhere."),
});

export type IssuedToken = z.infer<typeof issuedTokenSchema>;

export type IssueOutcome =
  | { readonly kind: "issued"; readonly token: IssuedToken }
  | { readonly kind: "refused"; readonly message: string };

/** Where tokens are made and taken back: behind the API, or on the store itself while the server is stopped. */
export type TokenDesk = {
  issue(request: TokenRequest, by: string): Promise<IssueOutcome>;
  list(): Promise<readonly TokenBody[]>;
  /** False: there is no such token. */
  revoke(id: string, by: string): Promise<boolean>;
};

import { z } from "zod";
import type { InboxItem } from "../domain/inbox.ts";
import type { Instant } from "../domain/instant.ts";
import type { Principal } from "../domain/principal.ts";
import { WAITING_KINDS } from "../domain/waiting.ts";
import { isoTime, isoTimeOrNull, timeSchema } from "./wire-time.ts";

const inboxRequestSchema = z.object({
  step: z.number().int().describe("Counted from 1."),
  to: z.number().describe("Its percent."),
  adopts: z
    .string()
    .nullable()
    .describe("Hash of a looser definition, where that is to be adopted; null: the step is to be entered."),
  others: z
    .array(z.string())
    .describe("Groups still asked once the caller has approved, one for each person."),
});

export const inboxItemSchema = z.object({
  kind: z.enum(WAITING_KINDS),
  gate: z.string(),
  message: z.string(),
  since: timeSchema.nullable().describe("Null where it is not recorded."),
  until: timeSchema
    .nullable()
    .describe("When it changes by itself; the message says what happens then. Null: it waits."),
  action: z.string().describe("The command to type."),
  alternatives: z.array(z.string()).describe("Other commands that settle it."),
  decision: z.string().nullable().describe("The newest decision, whose evidence this rests on."),
  request: inboxRequestSchema.nullable().describe("Of an approval: what it is for."),
});

export type InboxItemBody = z.infer<typeof inboxItemSchema>;

export const inboxSchema = z.object({
  for: z.string().describe("Who asks: `person:<name>` or `machine:<name>`."),
  at: timeSchema,
  items: z.array(inboxItemSchema).describe("The nearest deadline first, then the oldest."),
});

export type InboxBody = z.infer<typeof inboxSchema>;

export function inboxBody(items: readonly InboxItem[], by: Principal, at: Instant): InboxBody {
  return { for: `${by.kind}:${by.name}`, at: isoTime(at), items: items.map(itemBody) };
}

function itemBody(item: InboxItem): InboxItemBody {
  const { kind, gate, message, action, alternatives, decision, request } = item;
  return {
    kind,
    gate,
    message,
    since: isoTimeOrNull(item.since),
    until: isoTimeOrNull(item.until),
    action,
    alternatives: [...alternatives],
    decision,
    request: request === null ? null : { ...request, others: [...request.others] },
  };
}

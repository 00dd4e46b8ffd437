import { z } from "zod";
import type { Signal } from "../domain/gate.ts";
import { ASKED_ROLES, type Asked, type Answer } from "../domain/reading.ts";
import type { Instant } from "../domain/instant.ts";
import { type SignalJudgement, VERDICT_CODES } from "../domain/verdict.ts";
import { verdictSchema } from "./because.ts";
import { graphUrl } from "./links.ts";
import { isoTime, isoTimeOrNull, timeSchema, wholeSeconds } from "./wire-time.ts";

export const signalSchema = z.object({
  name: z.string(),
  verdict: verdictSchema,
  code: z.enum(VERDICT_CODES),
  message: z.string(),
  value: z
    .number()
    .nullable()
    .describe("In base units: ratios 0-1, seconds, counts. Null when it is not known."),
  unit: z.enum(["ratio", "count", "seconds", "none"]),
  limit: z.string().nullable().describe("The limit that decided, as its author wrote it."),
  samples: z.number().nullable().describe("Outcomes behind the value."),
  bad: z.number().nullable(),
  asOf: timeSchema.nullable().describe("Watermark of the data."),
  missing: z.object({ reason: z.string(), detail: z.string() }).optional().describe("Why there is no value."),
  until: timeSchema.optional(),
  settle: z.number().describe("Seconds after a change of exposure before this signal may be believed."),
  counts: z.boolean().describe("Whether the signal counts for raises now."),
  notes: z.array(z.string()),
  query: z.string().nullable().describe("The PromQL that was sent, parameters filled in."),
  link: z.string().nullable().describe("The same query as a graph in its source."),
});

export type SignalBody = z.infer<typeof signalSchema>;

export const askedSchema = z.object({
  role: z.enum(ASKED_ROLES),
  query: z.string(),
  ago: z
    .number()
    .optional()
    .describe("Seconds before the pass that it was asked about, of days before the ramp."),
  answer: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("value"), value: z.number(), infos: z.array(z.string()) }),
    z.object({ kind: z.literal("empty") }),
    z.object({ kind: z.literal("unknown"), reason: z.string(), detail: z.string() }),
  ]),
});

const limitText = z.string().nullable().describe("As its author wrote it; null where the file has none.");

export const evidenceSchema = signalSchema.extend({
  limits: z
    .object({ advance: limitText, halt: limitText, rollback: limitText })
    .optional()
    .describe("All limits of the signal. Absent where the gate has another definition by now."),
  asked: z.array(askedSchema).describe("Every question of the pass with its answer."),
});

export type EvidenceBody = z.infer<typeof evidenceSchema>;

/** What the doors know about a gate's signals beside the judgement: their declarations, and where each source is. */
export type DeclaredSignals = {
  readonly signals: readonly Pick<Signal, "name" | "unit" | "source" | "advance" | "halt" | "rollback">[];
  /** Where people open each source, by its name in the config. */
  readonly sourceUrls: Readonly<Record<string, string>>;
};

/** The same, with when the judgement was made. */
export type SignalOrigin = DeclaredSignals & { readonly at: Instant };

export function signalBody(judged: SignalJudgement, origin: SignalOrigin): SignalBody {
  const declared = origin.signals.find((signal) => signal.name === judged.signal);
  const value = judged.reading.value;
  const query = mainQuery(judged.asked);
  return {
    name: judged.signal,
    verdict: judged.verdict,
    code: judged.code,
    message: judged.message,
    value: value.kind === "known" ? value.value : null,
    unit: declared?.unit ?? "none",
    limit: judged.limit,
    samples: knownOrNull(judged.reading.samples),
    bad: knownOrNull(judged.reading.bad),
    asOf: isoTimeOrNull(judged.reading.asOf),
    ...(value.kind === "unknown" ? { missing: { reason: value.reason, detail: value.detail } } : {}),
    ...(judged.until === null ? {} : { until: isoTime(judged.until) }),
    settle: wholeSeconds(judged.settleMs),
    counts: judged.counts,
    notes: [...judged.reading.notes],
    query,
    link: graphLink(
      query,
      declared === undefined ? undefined : origin.sourceUrls[declared.source],
      origin.at,
    ),
  };
}

/** `declares`: whether the declarations are those that were judged by. */
export function evidenceBody(judged: SignalJudgement, origin: SignalOrigin, declares: boolean): EvidenceBody {
  const declared = origin.signals.find((signal) => signal.name === judged.signal);
  return {
    ...signalBody(judged, origin),
    ...(declares && declared !== undefined ? { limits: limitsOf(declared) } : {}),
    asked: judged.asked.map((asked) => ({
      role: asked.role,
      query: asked.query,
      ...(asked.agoMs === undefined ? {} : { ago: wholeSeconds(asked.agoMs) }),
      answer: answerBody(asked.answer),
    })),
  };
}

function limitsOf({ advance, halt, rollback }: SignalOrigin["signals"][number]) {
  return {
    advance: advance?.text ?? null,
    halt: halt?.text ?? null,
    rollback: rollback?.text ?? null,
  };
}

function answerBody(answer: Answer): EvidenceBody["asked"][number]["answer"] {
  return answer.kind === "value" ? { ...answer, infos: [...answer.infos] } : answer;
}

function mainQuery(asked: readonly Asked[]): string | null {
  return (asked.find((one) => one.role === "value") ?? asked[0])?.query ?? null;
}

function knownOrNull(known: SignalJudgement["reading"]["samples"]): number | null {
  return known?.kind === "known" ? known.value : null;
}

function graphLink(query: string | null, sourceUrl: string | undefined, at: Instant): string | null {
  return query === null || sourceUrl === undefined ? null : graphUrl(sourceUrl, query, at);
}

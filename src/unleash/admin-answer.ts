import { z } from "zod";
import type { Outbound } from "../lib/outbound.ts";

/** What the admin API answered to a read: a body of the expected form, a status that means something, or neither. */
export type AdminAnswer<T> =
  | { readonly kind: "body"; readonly value: T }
  | { readonly kind: "status"; readonly status: number; readonly problem: Problem }
  | { readonly kind: "unreadable"; readonly detail: string };

type Problem = { readonly name: string; readonly message: string };

const problemBody = z.object({ name: z.string().default(""), message: z.string().default("") });
const LONGEST_DETAIL = 240;

export async function readAdmin<T>(
  outbound: Outbound,
  path: `/${string}`,
  schema: z.ZodType<T>,
  query?: Readonly<Record<string, string>>,
): Promise<AdminAnswer<T>> {
  const reply = await outbound.request({ method: "GET", path, ...(query === undefined ? {} : { query }) });
  if (reply.kind === "failed") return { kind: "unreadable", detail: reply.detail };
  if (reply.status !== 200) {
    return { kind: "status", status: reply.status, problem: problemOf(reply.text, outbound) };
  }
  const parsed = schema.safeParse(jsonOf(reply.text));
  if (parsed.success) return { kind: "body", value: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  return { kind: "unreadable", detail: `the answer is not what the admin API of Unleash sends${where}` };
}

/** One line about an answer that is no use, for people. */
export function detailOf(answer: Exclude<AdminAnswer<unknown>, { kind: "body" }>): string {
  if (answer.kind === "unreadable") return answer.detail;
  const { message } = answer.problem;
  return message === ""
    ? `Unleash answered ${answer.status}`
    : `Unleash answered ${answer.status}: ${message}`;
}

/** Why a request was turned down, from the body of an error. A failed `test` quotes the whole strategy: only its first line is kept. */
export function problemOf(text: string, outbound: Pick<Outbound, "redact">): Problem {
  const parsed = problemBody.safeParse(jsonOf(text));
  if (!parsed.success) return { name: "", message: "" };
  const [firstLine = ""] = parsed.data.message.split("\n");
  return { name: parsed.data.name, message: outbound.redact(firstLine.slice(0, LONGEST_DETAIL)) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

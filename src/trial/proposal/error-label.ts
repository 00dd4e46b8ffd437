import type { Labels } from "../../domain/matcher.ts";
import { quoted } from "./promql-text.ts";

/** The label of a counter that tells errors from successes. */
export type ErrorLabel = {
  readonly label: string;
  /** The condition on it that only errors satisfy. */
  readonly matcher: string;
};

/** Labels that hold an outcome, the most telling first. */
const LABELS = [
  "http_response_status_code",
  "http_status_code",
  "status_code",
  "response_code",
  "http_status",
  "status",
  "code",
  "grpc_code",
  "rpc_grpc_status_code",
  "grpc_status",
  "grpc_response_status",
  "outcome",
  "result",
  "state",
] as const;

const HTTP_CODE = /^[1-5]\d\d$/;
const HTTP_CLASS = /^[1-5]xx$/i;

/** The codes OpenTelemetry's conventions count as errors of the server, by name and by number. */
const GRPC_ERRORS = [
  ["Unknown", "2"],
  ["DeadlineExceeded", "4"],
  ["Unimplemented", "12"],
  ["Internal", "13"],
  ["Unavailable", "14"],
  ["DataLoss", "15"],
] as const;
const GRPC_NAMES =
  /^(?:OK|Canceled|InvalidArgument|NotFound|AlreadyExists|PermissionDenied|ResourceExhausted|FailedPrecondition|Aborted|OutOfRange|Unauthenticated|Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss)$/;
const GRPC_NUMBER = /^(?:\d|1[0-6])$/;

const BAD = /^(?:error|errors|err|fail|failed|failure|rejected|dead_lettered|timeout)$/i;
const GOOD = /^(?:ok|success|succeeded|successful|completed|done|processed)$/i;

/** Null: nothing on these series says which of them count errors. */
export function errorLabelOf(series: readonly Labels[]): ErrorLabel | null {
  for (const label of LABELS) {
    const values = [...new Set(series.map((each) => each[label] ?? ""))].filter((value) => value !== "");
    const matcher = values.length === 0 ? null : matcherOf(label, values);
    if (matcher !== null) return { label, matcher };
  }
  return null;
}

function matcherOf(label: string, values: readonly string[]): string | null {
  if (values.every((value) => HTTP_CODE.test(value))) return `${label}=~"5.."`;
  if (values.every((value) => HTTP_CLASS.test(value))) return `${label}=~"5xx|5XX"`;
  if (/grpc/.test(label) && values.every((value) => GRPC_NUMBER.test(value))) return grpc(label, 1);
  if (/grpc/.test(label) && values.every((value) => GRPC_NAMES.test(value))) return grpc(label, 0);
  const bad = values.filter((value) => BAD.test(value)).toSorted();
  if (bad.length > 0) return `${label}=~${quoted(bad.join("|"))}`;
  // Nothing has failed yet, so it is not known how a failure would be called: anything but success.
  return values.every((value) => GOOD.test(value))
    ? `${label}!~${quoted(values.toSorted().join("|"))}`
    : null;
}

function grpc(label: string, form: 0 | 1): string {
  return `${label}=~"${GRPC_ERRORS.map((error) => error[form]).join("|")}"`;
}

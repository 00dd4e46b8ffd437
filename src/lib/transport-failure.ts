import { FORBIDDEN_ADDRESS } from "./forbidden-address.ts";

export type FailureReason =
  /** No connection in time, or no complete answer before the deadline. */
  | "timeout"
  /** The connection was refused, broken, or the name does not resolve. */
  | "unreachable"
  | "tls"
  | "too-large"
  | "redirect"
  /** The answer is compressed although none was asked for. */
  | "encoded"
  /** What came back is not HTTP. */
  | "not-http"
  | "forbidden-address"
  /** The secret to send could not be read; nothing was sent. */
  | "credentials"
  /** The caller gave up, or the client was closed. */
  | "cancelled";

/** What a failure means to whoever asked: only in which of four ways there is no answer. */
export const NO_ANSWER = {
  timeout: "timeout",
  unreachable: "unreachable",
  tls: "unreachable",
  "too-large": "too-large",
  redirect: "bad-answer",
  encoded: "bad-answer",
  "not-http": "bad-answer",
  "forbidden-address": "unreachable",
  credentials: "unreachable",
  cancelled: "unreachable",
} as const satisfies Record<FailureReason, string>;

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|EPROTO$)/;

/** Sorts what undici and Node throw. Only the code goes on: messages of others may quote what was sent. */
export function failureOf(error: unknown): { readonly reason: FailureReason; readonly code: string } {
  const code = codeOf(error);
  return { reason: reasonOf(code), code };
}

function reasonOf(code: string): FailureReason {
  if (code === FORBIDDEN_ADDRESS) return "forbidden-address";
  if (TLS_CODE.test(code)) return "tls";
  switch (code) {
    case "UND_ERR_CONNECT_TIMEOUT":
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
    case "ETIMEDOUT":
      return "timeout";
    case "HTTPParserError":
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
      return "not-http";
    case "UND_ERR_HEADERS_OVERFLOW":
    case "UND_ERR_RES_EXCEEDED_MAX_SIZE":
      return "too-large";
    case "UND_ERR_DESTROYED":
    case "UND_ERR_CLOSED":
    case "UND_ERR_ABORTED":
      return "cancelled";
    default:
      return "unreachable";
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  // The HTTP parser's errors have codes of their own, one for each way to break a rule, and only sometimes.
  if (error.name !== "HTTPParserError" && "code" in error && typeof error.code === "string")
    return error.code;
  return error.name;
}

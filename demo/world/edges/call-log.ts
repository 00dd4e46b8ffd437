import type { SystemKind } from "../names.ts";
import type { ShopContext } from "../shop-context.ts";
import { systemName } from "../names.ts";
import type { ErrorType } from "./delivery.ts";

export const CALL_RESULTS = ["ok", "throttled", "timeout", "error"] as const;
export type CallResult = (typeof CALL_RESULTS)[number];

/** Outbound calls to a system's API. */
export type CallLog = (target: SystemKind, result: CallResult, now: number) => void;

export function createCallLog(context: ShopContext): CallLog {
  const insert = context.db.prepare(
    "INSERT INTO api_request (system, result, at) VALUES (:system, :result, :now)",
  );
  return (target, result, now) => {
    insert.run({ system: systemName(target, context.config.name), result, now });
  };
}

export function callResult(errorType: ErrorType): CallResult {
  switch (errorType) {
    case "none":
      return "ok";
    case "timeout":
    case "throttled":
      return errorType;
    case "unavailable":
    case "mapping":
      return "error";
  }
}

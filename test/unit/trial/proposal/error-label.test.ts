import { expect, test } from "vitest";
import { errorLabelOf } from "../../../../src/trial/proposal/error-label.ts";

const series = (label: string, ...values: readonly string[]) =>
  values.map((value) => ({ __name__: "x_total", [label]: value }));

test.each([
  ["http_response_status_code", ["200", "404"], 'http_response_status_code=~"5.."'],
  ["code", ["2xx", "5xx"], 'code=~"5xx|5XX"'],
  [
    "grpc_code",
    ["OK", "Internal"],
    'grpc_code=~"Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"',
  ],
  ["rpc_grpc_status_code", ["0", "5"], 'rpc_grpc_status_code=~"2|4|12|13|14|15"'],
  ["result", ["ok", "failed", "timeout"], 'result=~"failed|timeout"'],
  ["outcome", ["success"], 'outcome!~"success"'],
])("%s with %j tells errors", (label, values, matcher) => {
  expect(errorLabelOf(series(label, ...values))).toEqual({ label, matcher });
});

test("a label whose values mean neither success nor failure tells nothing", () => {
  expect(errorLabelOf(series("state", "paid", "cancelled"))).toBeNull();
  expect(errorLabelOf(series("status", "200", "weird"))).toBeNull();
  expect(errorLabelOf(series("colour", "500"))).toBeNull();
});

test("numbers of another kind are no codes of gRPC", () => {
  expect(errorLabelOf(series("code", "0", "5"))).toBeNull();
});

test("a label that speaks of HTTP goes before one that may mean anything", () => {
  const both = [{ http_response_status_code: "200", status: "ok" }];
  expect(errorLabelOf(both)?.label).toBe("http_response_status_code");
});

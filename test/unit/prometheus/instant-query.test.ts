import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Answer } from "../../../src/domain/reading.ts";
import type { OutboundReply } from "../../../src/lib/outbound.ts";
import { answerOf } from "../../../src/prometheus/instant-query.ts";
import { quoteWith } from "../../../src/lib/quote.ts";
import { openReply } from "../../../src/prometheus/reply.ts";

const AT = 1_772_618_400_123;
const SECONDS = AT / 1000;

describe("an answer of Prometheus", () => {
  it.each([
    ["0.1996", 0.1996],
    ["0", 0],
    ["-3", -3],
    ["1e-7", 1e-7],
    ["1.5e+21", 1.5e21],
    ["123456789.125", 123456789.125],
  ])("with one series and the number %s is that value", (written, value) => {
    expect(read(vector([written]))).toEqual({ kind: "value", value, infos: [] });
  });

  it("has no negative zero, which would be printed as another number", () => {
    const answer = read(vector(["-0"]));
    expect(answer.kind === "value" && Object.is(answer.value, 0)).toBe(true);
  });

  it("without series is empty", () => {
    expect(read(vector([]))).toEqual({ kind: "empty" });
  });

  it("that is a scalar is a value, as PromQL allows", () => {
    expect(read(body({ resultType: "scalar", result: [SECONDS, "7"] }))).toMatchObject({
      kind: "value",
      value: 7,
    });
  });

  it("keeps infos and changes nothing for them", () => {
    const infos = ["PromQL info: metric might not be a counter"];
    expect(read(vector(["1"], { infos }))).toEqual({ kind: "value", value: 1, infos });
  });

  it("may be evaluated a rounded millisecond beside the question", () => {
    expect(read(vector(["1"], {}, AT + 1))).toMatchObject({ kind: "value" });
    expect(read(vector(["1"], {}, AT - 1))).toMatchObject({ kind: "value" });
  });

  it.each<[string, OutboundReply, string, RegExp]>([
    ["two series, such as an `or vector(0)` makes", vector(["1", "0"]), "many-series", /2 series/],
    ["NaN", vector(["NaN"]), "nan", /NaN/],
    ["+Inf", vector(["+Inf"]), "infinite", /Inf/],
    ["-Inf", vector(["-Inf"]), "infinite", /Inf/],
    ["a number too large to be one", vector(["1e999"]), "infinite", /larger/],
    ["an empty text", vector([""]), "bad-answer", /not a number/],
    ["a blank", vector([" "]), "bad-answer", /not a number/],
    ["a hexadecimal number", vector(["0x10"]), "bad-answer", /not a number/],
    ["a number with blanks around it", vector([" 1 "]), "bad-answer", /not a number/],
    ["a word", vector(["Infinity"]), "bad-answer", /not a number/],
    ["a bare sign", vector(["-"]), "bad-answer", /not a number/],
    ["a line break after the number", vector(["1\n"]), "bad-answer", /not a number/],
    ["a number without quotes", sample([SECONDS, 1]), "bad-answer", /in quotes/],
    ["null for a number", sample([SECONDS, null]), "bad-answer", /in quotes/],
    ["a time in quotes", sample([String(SECONDS), "1"]), "bad-answer", /time/],
    ["no time", sample([null, "1"]), "bad-answer", /time/],
    ["a third part of the sample", sample([SECONDS, "1", "2"]), "bad-answer", /pair/],
    ["no sample", sample(undefined), "bad-answer", /pair/],
    [
      "a histogram for a sample",
      body({ resultType: "vector", result: [{ metric: {}, histogram: [SECONDS, {}] }] }),
      "bad-answer",
      /pair/,
    ],
    [
      "no labels",
      body({ resultType: "vector", result: [{ value: [SECONDS, "1"] }] }),
      "bad-answer",
      /labels/,
    ],
    [
      "labels that are no texts",
      body({ resultType: "vector", result: [{ metric: { a: 1 }, value: [SECONDS, "1"] }] }),
      "bad-answer",
      /labels/,
    ],
    ["a matrix", body({ resultType: "matrix", result: [] }), "bad-answer", /a matrix/],
    ["a string", body({ resultType: "string", result: [SECONDS, "1"] }), "bad-answer", /a string/],
    ["a type nobody knows", body({ resultType: "<b>", result: [] }), "bad-answer", /unknown type/],
    [
      "a result that is no list",
      body({ resultType: "vector", result: { 0: {} } }),
      "bad-answer",
      /not a list/,
    ],
    ["an empty series", body({ resultType: "vector", result: [null] }), "bad-answer", /labels/],
    ["no data", json({ status: "success" }), "bad-answer", /no data/],
    ["an old evaluation", vector(["1"], {}, AT - 60_000), "bad-answer", /asked was/],
    ["an evaluation in the future", vector(["1"], {}, AT + 60_000), "bad-answer", /asked was/],
    ["two milliseconds off", vector(["1"], {}, AT + 2), "bad-answer", /asked was/],
    ["warnings", vector(["1"], { warnings: ["one store did not answer"] }), "partial", /one store/],
    [
      "warnings and no series",
      vector([], { warnings: ["one store did not answer"] }),
      "partial",
      /one store/,
    ],
    ["warnings that are no texts", vector(["1"], { warnings: [1] }), "bad-answer", /lists of texts/],
    ["warnings that are one text", vector(["1"], { warnings: "x" }), "bad-answer", /lists of texts/],
    ["infos that are no list", vector(["1"], { infos: {} }), "bad-answer", /lists of texts/],
    [
      "an error with status 200",
      json({ status: "error", errorType: "execution", error: "no" }),
      "bad-answer",
      /execution: no/,
    ],
    [
      "no status",
      json({ data: { resultType: "scalar", result: [SECONDS, "1"] } }),
      "bad-answer",
      /not a success/,
    ],
    ["a login page", text(200, "<html>please log in</html>", "text/html"), "bad-answer", /text\/html/],
    [
      "half an answer",
      text(200, JSON.stringify({ status: "success" }).slice(0, 12)),
      "bad-answer",
      /not JSON/,
    ],
    [
      "a field given twice",
      text(
        200,
        `{"status":"error","status":"success","data":{"resultType":"scalar","result":[${SECONDS},"1"]}}`,
      ),
      "bad-answer",
      /twice/,
    ],
    ["a list", text(200, "[]"), "bad-answer", /not a JSON object/],
    ["nothing at all", text(200, ""), "bad-answer", /not JSON/],
    ["no content", text(204, ""), "http-204", /204/],
    [
      "a parse error",
      json({ status: "error", errorType: "bad_data", error: "1:3: parse error" }, 400),
      "http-400",
      /bad_data: 1:3/,
    ],
    [
      "too many samples",
      json(
        { status: "error", errorType: "execution", error: "query processing would load too many samples" },
        422,
      ),
      "http-422",
      /too many samples/,
    ],
    ["too many requests", text(429, "slow down"), "http-429", /429/],
    [
      "an outage",
      json({ status: "error", errorType: "unavailable", error: "TSDB not ready" }, 503),
      "http-503",
      /unavailable: TSDB/,
    ],
    ["a gateway's error page", text(502, "<html>", "text/html"), "http-502", /502/],
    ["refused credentials", text(401, "Unauthorized"), "http-401", /refuses our credentials/],
    ["a forbidden tenant", text(403, ""), "http-403", /refuses our credentials/],
    ["an error status around a success", vector(["1"], {}, AT, 500), "http-500", /500/],
    ["a timeout", { kind: "failed", reason: "timeout", detail: "late" }, "timeout", /late/],
    ["a refused connection", { kind: "failed", reason: "unreachable", detail: "no" }, "unreachable", /no/],
    ["a false certificate", { kind: "failed", reason: "tls", detail: "no" }, "unreachable", /no/],
    ["too much", { kind: "failed", reason: "too-large", detail: "much" }, "too-large", /much/],
    ["a redirect", { kind: "failed", reason: "redirect", detail: "there" }, "bad-answer", /there/],
    ["a compressed body", { kind: "failed", reason: "encoded", detail: "gzip" }, "bad-answer", /gzip/],
    [
      "something that is not HTTP",
      { kind: "failed", reason: "not-http", detail: "ssh" },
      "bad-answer",
      /ssh/,
    ],
  ])("with %s is unknown, by name", (_what, reply, reason, detail) => {
    const answer = read(reply);
    expect(answer).toMatchObject({ kind: "unknown", reason });
    expect(answer.kind === "unknown" ? answer.detail : "").toMatch(detail);
  });

  it("is quoted in one line, cut and without our secrets", () => {
    const error = `canary-secret\nLOG IN AS\u001b[31m root ${"x".repeat(5_000)}`;
    const answer = read(json({ status: "error", errorType: "bad_data", error }, 400));
    const detail = answer.kind === "unknown" ? answer.detail : "";
    expect(detail).not.toContain("canary-secret");
    expect(detail).not.toMatch(/\p{Cc}/u);
    expect(detail.length).toBeLessThan(400);
  });

  it("is no value, whatever bytes a source sends", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 100, max: 599 }), (bytes, status) => {
        expect(read(text(status, Buffer.from(bytes).toString())).kind).toBe("unknown");
      }),
      { numRuns: 3_000 },
    );
  });

  it("is no value, whatever JSON a source sends, unless it has exactly the form of one", () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom("success", "vector", "scalar", "1", SECONDS, [], {}),
    );
    const mostly = <T>(right: T) => fc.oneof({ weight: 6, arbitrary: fc.constant(right) }, odd);
    const pair = fc.tuple(mostly(SECONDS), fc.oneof(odd, fc.double().map(String)));
    const series = fc.record({ metric: mostly({}), value: fc.oneof({ weight: 6, arbitrary: pair }, odd) });
    const list = fc.oneof({ weight: 6, arbitrary: fc.tuple(series) }, fc.array(series), odd);
    const data = fc.oneof(
      fc.record({ resultType: mostly("vector"), result: list }),
      fc.record({ resultType: mostly("scalar"), result: pair }),
    );
    const warnings = fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, odd);
    const envelope = fc.record({ status: mostly("success"), data, warnings });

    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(odd, { weight: 9, arbitrary: envelope }), (value) => {
        const answer = read(text(200, JSON.stringify(value)));
        if (answer.kind !== "value") return;
        accepted += 1;
        expect(isWellFormed(value, answer.value)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
    // Otherwise nothing was tried that comes near to an answer.
    expect(accepted).toBeGreaterThan(20);
  });

  it("takes exactly the numbers that Prometheus writes", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(read(vector([String(value)]))).toEqual({
          kind: "value",
          value: value === 0 ? 0 : value,
          infos: [],
        });
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from("0123456789.+-eExInfNa _")) }),
        (written) => {
          const answer = read(vector([written]));
          if (answer.kind === "value") expect(written).toMatch(/^-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?$/);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

const quote = quoteWith((shown) => shown.replaceAll("canary-secret", "[secret]"));

function read(reply: OutboundReply): Answer {
  const opened = openReply(reply, quote);
  return opened.kind === "success" ? answerOf(opened, AT) : opened;
}

function text(status: number, written: string, type = "application/json"): OutboundReply {
  return { kind: "response", status, headers: { "content-type": type }, text: written };
}

function json(value: unknown, status = 200): OutboundReply {
  return text(status, JSON.stringify(value));
}

function body(data: unknown, extra: object = {}, status = 200): OutboundReply {
  return json({ status: "success", data, ...extra }, status);
}

function sample(value: unknown): OutboundReply {
  return body({ resultType: "vector", result: [{ metric: {}, value }] });
}

function vector(values: readonly string[], extra: object = {}, atMs = AT, status = 200): OutboundReply {
  const result = values.map((value, index) => ({
    metric: { n: String(index) },
    value: [atMs / 1000, value],
  }));
  return body({ resultType: "vector", result }, extra, status);
}

/** Written against the form itself, without the code under test. */
function isWellFormed(value: unknown, got: number): boolean {
  const { status, data, warnings } = value as {
    status: unknown;
    data: { resultType: string; result: unknown };
    warnings: unknown;
  };
  if (status !== "success" || (Array.isArray(warnings) && warnings.length > 0)) return false;
  const found =
    data.resultType === "scalar"
      ? data.result
      : (data.result as { value: unknown }[]).length === 1 && (data.result as { value: unknown }[])[0]?.value;
  return Array.isArray(found) && found[0] === SECONDS && Number(found[1]) === got;
}

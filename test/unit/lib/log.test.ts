import { describe, expect, test } from "vitest";
import { createLog } from "../../../src/lib/log.ts";

function logged(level: "debug" | "info" | "warn" | "error" = "debug") {
  const lines: string[] = [];
  const { log, always, hide } = createLog({ level, destination: { write: (line) => void lines.push(line) } });
  return {
    lines,
    log,
    always,
    hide,
    entries: (): object[] => lines.map((line) => JSON.parse(line) as object),
  };
}

describe("the log", () => {
  test("writes one JSON line an event, with its level, time and details", () => {
    const { log, entries } = logged();
    log.info({ gate: "erp", ms: 12 }, "pass done");
    expect(entries()).toEqual([
      { level: "info", time: expect.stringMatching(/^\d{4}-.*Z$/), gate: "erp", ms: 12, msg: "pass done" },
    ]);
  });

  test("leaves out what is below its level", () => {
    const { log, lines } = logged("warn");
    log.info({}, "quiet");
    log.warn({}, "loud");
    expect(lines).toHaveLength(1);
  });

  test.each(["warn", "error"] as const)(
    "at %s still writes what always has to be, and strikes out its secrets",
    (level) => {
      const { log, always, hide, entries } = logged(level);
      hide("canary-secret");
      log.info({}, "quiet");
      always.info({ seq: 7, of: "canary-secret" }, "audit head");
      expect(entries()).toEqual([
        { level: "info", time: expect.any(String), seq: 7, of: "[secret]", msg: "audit head" },
      ]);
    },
  );

  test("strikes out a secret wherever its value turns up", () => {
    const { log, lines, hide } = logged();
    hide("canary-secret");
    log.info({ url: "https://x/?k=canary-secret", list: ["canary-secret"] }, "asked canary-secret");
    log.error({ err: new Error("refused canary-secret") }, "failed");
    expect(lines.join("")).not.toContain("canary-secret");
    expect(lines).toHaveLength(2);
  });

  test("strikes out a secret whose characters JSON writes otherwise", () => {
    const { log, lines, hide } = logged();
    const secret = 'can"ary\\sec\nret';
    hide(secret);
    log.info({ text: `a ${secret} b` }, "x");
    expect(lines.join("")).not.toMatch(/can|ret"/);
  });

  test.each([
    "password",
    "clientToken",
    "Authorization",
    "set-cookie",
    "apiKey",
    "webhookSecret",
    "privateKey",
  ])("strikes out whatever stands under the key %s, at any depth", (key) => {
    const { log, lines } = logged();
    log.info({ [key]: "canary", deep: [{ deeper: { [key]: { value: "canary" } } }] }, "x");
    expect(lines.join("")).not.toContain("canary");
    expect(lines.join("")).toContain("••••");
  });

  test("strikes out secret keys of an error, and keeps its type, message and stack", () => {
    const { log, entries, lines } = logged();
    log.error({ err: Object.assign(new TypeError("bad"), { authorization: "canary", code: "E1" }) }, "x");
    expect(lines.join("")).not.toContain("canary");
    expect(entries()).toMatchObject([
      { err: { type: "TypeError", message: "bad", code: "E1", stack: expect.stringContaining("log.test") } },
    ]);
  });

  test("survives what runs in circles", () => {
    const { log, lines } = logged();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    log.info({ circle }, "x");
    expect(lines).toHaveLength(1);
  });
});

import { expect, it } from "vitest";
import { redactor } from "../../../src/lib/redactor.ts";

it("strikes every occurrence of every secret", () => {
  const secrets = redactor(["hunter22"]);
  secrets.add(["s3cr3t-token"]);
  expect(secrets.redact("hunter22, s3cr3t-token and hunter22")).toBe("[secret], [secret] and [secret]");
});

it("strikes a secret that contains another one as a whole", () => {
  expect(redactor(["abcd", "abcd-efgh"]).redact("it is abcd-efgh")).toBe("it is [secret]");
});

it("leaves very short values alone, since they are no secrets and stand everywhere", () => {
  expect(redactor(["on"]).redact("one connection")).toBe("one connection");
});

it("keeps a bounded number of rotated secrets, the newest ones", () => {
  const secrets = redactor([]);
  for (let turn = 0; turn < 1000; turn += 1) secrets.add([`token-${turn}-end`]);
  expect(secrets.redact("token-999-end")).toBe("[secret]");
  expect(secrets.redact("token-0-end")).toBe("token-0-end");
});

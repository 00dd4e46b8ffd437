import { describe, expect, it } from "vitest";
import { parseBaseUrl } from "../../../src/lib/base-url.ts";

describe("a base URL", () => {
  it.each([
    ["http://prometheus:9090", "http://prometheus:9090", "", "prometheus:9090"],
    ["http://prometheus:9090/", "http://prometheus:9090", "", "prometheus:9090"],
    [
      "https://metrics.example.com/tenants/shop/",
      "https://metrics.example.com",
      "/tenants/shop",
      "metrics.example.com:443",
    ],
    ["http://[::1]:9090/x", "http://[::1]:9090", "/x", "[::1]:9090"],
  ])("%s splits into origin and prefix", (text, origin, prefix, shown) => {
    expect(parseBaseUrl(text)).toEqual({ ok: true, value: { origin, prefix, shown } });
  });

  it.each([
    ["prometheus:9090/x", /must start with http/],
    ["/api/v1", /not an absolute URL/],
    ["file:///etc/passwd", /must start with http/],
    ["gopher://prometheus", /must start with http/],
    ["http://user:word@prometheus:9090", /must not hold a user/],
    ["http://prometheus:9090/?tenant=shop", /no \? and no #/],
    ["http://prometheus:9090/#x", /no \? and no #/],
    ["http://", /not an absolute URL/],
  ])("%s is refused with a reason", (text, problem) => {
    const parsed = parseBaseUrl(text);
    expect(parsed.ok ? "accepted" : parsed.problem).toMatch(problem);
  });
});

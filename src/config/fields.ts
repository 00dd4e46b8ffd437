import { isIP } from "node:net";
import { z } from "zod";
import type { Millis } from "../domain/instant.ts";
import { formatMillis } from "../domain/instant.ts";
import { parseDuration } from "../text/duration-text.ts";
import { parseListen } from "./listen.ts";

/** The kinds of values the configuration has; each says in its message what to write instead. */

export const NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;

export const nameField = z.string("must be a name").regex(NAME, "must be 1 to 60 of a-z, 0-9 and dash");

export const pathField = z.string("must be a path").min(1, "must be a path");

export const listenField = z.string("must be host:port").transform((text, context) => {
  const listen = parseListen(text);
  if (listen !== null) return listen;
  context.addIssue({ code: "custom", message: "must be host:port, such as 127.0.0.1:9470" });
  return z.NEVER;
});

export function durationField(least: Millis, most: Millis) {
  const range = `must be a duration from ${formatMillis(least)} to ${formatMillis(most)}, such as 30s or 1m30s`;
  return z.string(range).transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== null && ms >= least && ms <= most) return ms;
    context.addIssue({ code: "custom", message: range });
    return z.NEVER;
  });
}

export const urlField = z.string("must be a URL").superRefine((text, context) => {
  const message = faultOfUrl(text);
  if (message !== null) context.addIssue({ code: "custom", message });
});

function faultOfUrl(text: string): string | null {
  const url = URL.parse(text);
  if (url === null) return "must be an absolute URL, such as https://prometheus.example.com";
  if (url.protocol !== "http:" && url.protocol !== "https:") return "must start with http:// or https://";
  if (url.username !== "" || url.password !== "")
    return "must not hold a user or a password; see the keys for them";
  if (url.search !== "" || url.hash !== "") return "must end with its path: no ? and no #";
  return null;
}

/** A proxy is believed by its exact address or subnet only: a number of hops can be made up by anybody. */
export const proxyField = z.string("must be an IP address or subnet").refine((text) => {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  const isSubnet = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
  return version !== 0 && isSubnet && rest.length === 0;
}, "must be an IP address or subnet, such as 10.0.0.0/8");

const SECRET_HEADER =
  /^(?:authorization|proxy-authorization|cookie|.*(?:token|secret|password|api-?key).*)$/i;

export const headersField = z.record(
  z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/, "is not a header name")
    .refine(
      (name) => !SECRET_HEADER.test(name),
      "would put a secret into this file; see bearerTokenFile and basic",
    ),
  z.string("must be text").regex(/^[\x20-\x7e]{0,1000}$/, "must be visible ASCII"),
);

/** Where an outbound client may connect to: one origin, and a path that is put before every request's own. */
export type BaseUrl = {
  readonly origin: string;
  /** `host:port` for messages; a path may hold a secret (chat webhooks), so it is never shown. */
  readonly shown: string;
  /** Without a trailing slash; empty at the root. */
  readonly prefix: string;
};

export type BaseUrlResult =
  | { readonly ok: true; readonly value: BaseUrl }
  | { readonly ok: false; readonly problem: string };

export function parseBaseUrl(text: string): BaseUrlResult {
  const url = URL.parse(text);
  if (url === null) return { ok: false, problem: "is not an absolute URL" };
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return { ok: false, problem: `must start with http:// or https://, not ${url.protocol}` };
  }
  if (url.username !== "" || url.password !== "") {
    return { ok: false, problem: "must not hold a user or a password; they have keys of their own" };
  }
  if (url.search !== "" || url.hash !== "") {
    return { ok: false, problem: "must end with its path: no ? and no #" };
  }
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return {
    ok: true,
    value: {
      origin: url.origin,
      shown: `${url.hostname}:${port}`,
      prefix: url.pathname.replace(/\/+$/, ""),
    },
  };
}

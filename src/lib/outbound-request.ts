export type Fields = Readonly<Record<string, string | readonly string[]>>;

export type OutboundRequest = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD";
  /** Starts with a slash, or is empty for the base URL itself. Its parts must be percent-encoded already. */
  readonly path: "" | `/${string}`;
  readonly query?: Fields;
  /** Sent as `application/x-www-form-urlencoded`; excludes `body`. */
  readonly form?: Fields;
  /** Sent as it is; name its type in `headers`. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Total time for connecting, sending and the whole answer. */
  readonly deadlineMs?: number;
  /** Longest body of the answer, where it is another than that of the client. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
};

export function pathOf(prefix: string, request: Pick<OutboundRequest, "path" | "query">): string {
  const path = `${prefix}${request.path}`;
  const absolute = path.startsWith("/") ? path : `/${path}`;
  return request.query === undefined ? absolute : `${absolute}?${encoded(request.query)}`;
}

export function bodyOf(request: Pick<OutboundRequest, "form" | "body">): {
  readonly text: string | null;
  readonly headers: Readonly<Record<string, string>>;
} {
  if (request.form === undefined) return { text: request.body ?? null, headers: {} };
  return {
    text: encoded(request.form),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  };
}

function encoded(fields: Fields): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of typeof value === "string" ? [value] : value) pairs.append(name, each);
  }
  return pairs.toString();
}

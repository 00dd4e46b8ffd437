import type { Client } from "./client.ts";
import { createClient } from "./client.ts";
import type { CliContext } from "./context.ts";

export const DEFAULT_URL = "http://127.0.0.1:9470";

export type AccessOptions = { readonly url?: string; readonly tokenFile?: string };

export type Access =
  | { readonly ok: true; readonly client: Client }
  | { readonly ok: false; readonly message: string };

/** Where the server is and who we are to it. A token comes from a file, the environment or stdin, never from an argument. */
export async function openAccess(context: CliContext, options: AccessOptions): Promise<Access> {
  const url = options.url ?? present(context.env["RAMPART_URL"]) ?? DEFAULT_URL;
  if (!/^https?:\/\//.test(url) || URL.parse(url) === null) {
    return { ok: false, message: `${url} is not an http or https URL` };
  }
  const token = await findToken(context, options.tokenFile);
  if (!token.ok) return token;
  return { ok: true, client: createClient(context, { url, token: token.value }) };
}

type Found =
  | { readonly ok: true; readonly value: string | null }
  | { readonly ok: false; readonly message: string };

async function findToken(context: CliContext, option: string | undefined): Promise<Found> {
  const value = present(context.env["RAMPART_TOKEN"]);
  const envFile = present(context.env["RAMPART_TOKEN_FILE"]);
  if (option === undefined && value !== null && envFile !== null) {
    return { ok: false, message: "set RAMPART_TOKEN or RAMPART_TOKEN_FILE, not both" };
  }
  const path = option ?? (value === null ? envFile : null);
  if (path === null) return { ok: true, value };
  const text = path === "-" ? await context.stdin.read() : await context.readText(path);
  if (text === null) return { ok: false, message: `the token cannot be read from ${path}` };
  const token = text.trim();
  // Anything else cannot stand in a header; most often it is the wrong file.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    return { ok: false, message: `${path === "-" ? "stdin" : path} does not hold one token` };
  }
  return { ok: true, value: token };
}

function present(value: string | undefined): string | null {
  return value === undefined || value === "" ? null : value;
}

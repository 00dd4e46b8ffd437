import { promises as files } from "node:fs";

/** A secret as such, or a file that holds it; the file is read for every request, so a rotated one is used at once. */
export type Secret = { readonly value: string } | { readonly file: string };

export type Auth =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly username: string; readonly password: Secret }
  | { readonly kind: "bearer"; readonly token: Secret }
  /** The bare token as the whole `Authorization` header, as Unleash wants it. */
  | { readonly kind: "token"; readonly token: Secret };

export type Authorization =
  | {
      readonly ok: true;
      /** Null: send none. */
      readonly header: string | null;
      /** What must be struck out of any text that people will see. */
      readonly secrets: readonly string[];
    }
  | { readonly ok: false; readonly problem: string };

export async function authorizationOf(auth: Auth): Promise<Authorization> {
  switch (auth.kind) {
    case "none":
      return { ok: true, header: null, secrets: [] };
    case "basic": {
      const password = await read(auth.password, "password");
      if (!password.ok) return password;
      const encoded = Buffer.from(`${auth.username}:${password.text}`).toString("base64");
      return { ok: true, header: `Basic ${encoded}`, secrets: [password.text, encoded] };
    }
    case "bearer":
    case "token": {
      const token = await read(auth.token, "token");
      if (!token.ok) return token;
      // Anything but visible ASCII cannot stand in a header; in practice it is a file with two lines.
      if (!/^[!-~]+( [!-~]+)*$/.test(token.text)) {
        return { ok: false, problem: `${token.from} is empty or has characters that a header cannot carry` };
      }
      const header = auth.kind === "bearer" ? `Bearer ${token.text}` : token.text;
      return { ok: true, header, secrets: [token.text] };
    }
  }
}

type Read =
  | { readonly ok: true; readonly text: string; readonly from: string }
  | { readonly ok: false; readonly problem: string };

async function read(secret: Secret, what: string): Promise<Read> {
  if ("value" in secret) return { ok: true, text: secret.value, from: `the ${what}` };
  try {
    const text = (await files.readFile(secret.file, "utf8")).replace(/\r?\n$/, "");
    return { ok: true, text, from: `the ${what} in ${secret.file}` };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return { ok: false, problem: `the ${what} cannot be read from ${secret.file} (${code})` };
  }
}

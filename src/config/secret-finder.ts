import type { TlsFiles } from "./config.ts";
import type { Env } from "./env.ts";
import { Hidden } from "./hidden.ts";

/** Reads a text file; null when it cannot be read. */
export type ReadText = (path: string) => Promise<string | null>;

/** PEM texts; certificates are no secret, the key is. */
export type TlsSecrets = {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: Hidden | null;
};

export type SecretFinder = {
  /** The one place among the configured file, the variable, and the variable that names a file. Null: nowhere, or faulty. */
  find(what: string, file: string | null, variable: `RAMPART_${string}`): Promise<Hidden | null>;
  /** Like `find`, and having none is a problem. */
  need(what: string, file: string | null, variable: `RAMPART_${string}`): Promise<Hidden | null>;
  tls(what: string, files: TlsFiles): Promise<TlsSecrets>;
  complain(problem: string): void;
  readonly problems: readonly string[];
  readonly found: readonly Hidden[];
};

export function createSecretFinder(env: Env, readText: ReadText): SecretFinder {
  const problems: string[] = [];
  const found: Hidden[] = [];

  function keep(secret: Hidden): Hidden {
    found.push(secret);
    return secret;
  }

  async function fromFile(what: string, path: string): Promise<Hidden | null> {
    const text = (await readText(path))?.replace(/\r?\n$/, "");
    if (text !== undefined && text !== "") return keep(new Hidden(text, path));
    problems.push(`${what}: ${path} ${text === undefined ? "cannot be read" : "is empty"}`);
    return null;
  }

  async function pem(what: string, path: string | null): Promise<string | null> {
    if (path === null) return null;
    const text = await readText(path);
    if (text === null) problems.push(`${what}: ${path} cannot be read`);
    return text;
  }

  const finder: SecretFinder = {
    problems,
    found,
    complain: (problem) => void problems.push(problem),

    async find(what, file, variable) {
      const value = env.variable(variable);
      const envFile = env.variable(`${variable}_FILE`);
      if ([file, value, envFile].filter((place) => place !== null).length > 1) {
        problems.push(
          `${what} is given more than once: in the configuration, ${variable} or ${variable}_FILE`,
        );
        return null;
      }
      if (value !== null) return keep(new Hidden(value.replace(/\r?\n$/, ""), null));
      const path = file ?? envFile;
      return path === null ? null : fromFile(what, path);
    },

    async need(what, file, variable) {
      const before = problems.length;
      const secret = await finder.find(what, file, variable);
      if (secret === null && problems.length === before) {
        problems.push(
          `${what} is missing: name a file in the configuration, or set ${variable} or ${variable}_FILE`,
        );
      }
      return secret;
    },

    async tls(what, files) {
      const key = await pem(`${what}.keyFile`, files.keyFile);
      return {
        ca: await pem(`${what}.caFile`, files.caFile),
        cert: await pem(`${what}.certFile`, files.certFile),
        key: key === null ? null : keep(new Hidden(key, files.keyFile)),
      };
    },
  };
  return finder;
}

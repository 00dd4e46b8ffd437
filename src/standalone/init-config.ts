import type { InitAnswers } from "../cli/standalone/init.ts";
import type { Places } from "../cli/standalone/places.ts";
import type { Config } from "../config/config.ts";
import { type Env, readEnv } from "../config/env.ts";
import { formatConfigProblems, parseConfig } from "../config/parse-config.ts";
import { readText } from "../read-text.ts";

/** How the only source and the only server are called in a configuration that is made here. */
const ONLY = "main";

export type InitConfig = {
  readonly config: Config;
  readonly path: string;
  /** The text of a configuration that is yet to be written; null when there is one that stays as it is. */
  readonly text: string | null;
  /** What the configuration says now, where something is only added to it; else null. */
  readonly extended: string | null;
  /** Secrets of a configuration that is yet to be written may also come under a shorter name. */
  readonly env: Env;
  /** What the server will need besides. */
  readonly remarks: readonly string[];
};

export type FoundConfig =
  | { readonly kind: "config"; readonly found: InitConfig }
  | { readonly kind: "needs-prometheus" }
  | { readonly kind: "refused"; readonly message: string };

/** The configuration that is there, else one made of what was told; both through the reader that the server uses. */
export async function configFor(places: Places, answers: InitAnswers): Promise<FoundConfig> {
  const env = readEnv(places.env);
  const path = env.configPath;
  const there = await readText(path);
  if (there === null && places.prometheus === null) return { kind: "needs-prometheus" };
  const tokens = tokensOf(answers, env);
  const added = there === null ? null : withUnleash(there, path, answers, tokens);
  const text = added ?? there ?? configText(places, answers, tokens);
  const parsed = parseConfig(text, path);
  if (!parsed.ok) return { kind: "refused", message: formatConfigProblems(parsed.problems) };
  const { config } = parsed;
  if (there === null || added !== null) {
    const shortNames = Object.values(tokens).flatMap(({ variable, short, file }) =>
      file === null ? [[variable, short] as const] : [],
    );
    const own = withShortNames(env, new Map(shortNames));
    const remarks = answers.unleash === null ? [] : tokenRemarks(tokens, env);
    const clash = clashOf(config, path, places, answers);
    if (clash !== null) return { kind: "refused", message: clash };
    return { kind: "config", found: { config, path, text, extended: there, env: own, remarks } };
  }

  const clash = clashOf(config, path, places, answers);
  return clash === null
    ? { kind: "config", found: { config, path, text: null, extended: null, env, remarks: [] } }
    : { kind: "refused", message: clash };
}

/** The same file with the Unleash that was told at its end; null where it names one already or says anything about it. */
function withUnleash(there: string, path: string, answers: InitAnswers, tokens: Tokens): string | null {
  const parsed = parseConfig(there, path);
  const isOpen = parsed.ok && Object.keys(parsed.config.unleash).length === 0;
  if (answers.unleash === null || !isOpen || /^unleash\s*:/m.test(there)) return null;
  return `${there.trimEnd()}\n${unleashLines(answers.unleash, tokens).join("\n")}\n`;
}

/** The source that was meant, or its name is yet to be told. */
export function sourceOf(config: Config, places: Places, told: string | null): string | null {
  const names = Object.keys(config.sources);
  if (told !== null) return names.includes(told) ? told : null;
  const [only, ...others] =
    places.prometheus === null
      ? names
      : names.filter((name) => isSameUrl(config.sources[name]?.url, places.prometheus));
  return only === undefined || others.length > 0 ? null : only;
}

/** What is told and what the configuration says must be the same place: the gate will run where that says. */
function clashOf(
  config: Config,
  path: string,
  { prometheus }: Places,
  { unleash }: InitAnswers,
): string | null {
  const sources = Object.values(config.sources).map(({ url }) => url);
  const servers = Object.values(config.unleash).map(({ url }) => url);
  if (!isAmong(sources, prometheus)) {
    return `${path} exists and names no source at ${prometheus}: add it under \`sources\`, or leave --prometheus (PROMETHEUS_URL) out`;
  }
  if (!isAmong(servers, unleash)) {
    return `${path} exists and names no Unleash at ${unleash}: add it under \`unleash\`, or leave --unleash out`;
  }
  return null;
}

function isAmong(urls: readonly string[], url: string | null): boolean {
  return url === null || urls.some((each) => isSameUrl(each, url));
}

function isSameUrl(a: string | undefined, b: string | null): boolean {
  return a !== undefined && b !== null && a.replace(/\/+$/, "") === b.replace(/\/+$/, "");
}

/** A new configuration has one server, so its secrets may come under names that do not say which. */
function withShortNames(env: Env, shortNames: ReadonlyMap<string, `RAMPART_${string}`>): Env {
  return {
    ...env,
    variable(name) {
      const short = shortNames.get(name);
      return env.variable(name) ?? (short === undefined ? null : env.variable(short));
    },
  };
}

type Token = {
  /** The variable the server reads. */
  readonly variable: `RAMPART_${string}`;
  /** The one that does as well here. */
  readonly short: `RAMPART_${string}`;
  readonly file: string | null;
};

type Tokens = { readonly admin: Token; readonly client: Token };

/** Where the two tokens of the only server are to come from. */
function tokensOf(answers: InitAnswers, env: Env): Tokens {
  const long = `RAMPART_UNLEASH_${ONLY.toUpperCase()}` as const;
  const place = environmentOf(answers).toUpperCase().replaceAll("-", "_");
  return {
    admin: {
      variable: `${long}_TOKEN`,
      short: "RAMPART_UNLEASH_TOKEN",
      file: answers.unleashTokenFile ?? env.variable("RAMPART_UNLEASH_TOKEN_FILE"),
    },
    client: {
      variable: `${long}_CLIENT_TOKEN_${place}`,
      short: "RAMPART_UNLEASH_CLIENT_TOKEN",
      file: answers.unleashClientTokenFile ?? env.variable("RAMPART_UNLEASH_CLIENT_TOKEN_FILE"),
    },
  };
}

function tokenRemarks({ admin, client }: Tokens, env: Env): readonly string[] {
  const exported = [admin, client].flatMap(({ variable, short, file }) =>
    file === null && env.variable(variable) === null && env.variable(short) !== null
      ? [`the server will look for: export ${variable}="$${short}"`]
      : [],
  );
  const isTold = [client.variable, client.short].some((name) => env.variable(name) !== null);
  const isBlind = client.file === null && !isTold;
  const missing = `without a backend token (${client.variable}, or --unleash-client-token-file) what SDKs see is unknown, and no exposure grows`;
  return [...exported, ...(isBlind ? [missing] : [])];
}

function environmentOf({ environment }: InitAnswers): string {
  return environment ?? "production";
}

function configText({ prometheus, alertmanager }: Places, answers: InitAnswers, tokens: Tokens): string {
  const lines = [
    "# Made by `rampart init`. Every key, with its default: docs/configuration.md. Secrets never stand here.",
    `environment: ${json(environmentOf(answers))}`,
    "store: { path: data/rampart.db }",
    "gates: { path: gates }",
    "sources:",
    `  ${ONLY}:`,
    `    url: ${json(prometheus ?? "")}`,
    ...(alertmanager === null ? [] : ["    alertmanager:", `      url: ${json(alertmanager)}`]),
    ...unleashLines(answers.unleash, tokens),
  ];
  return `${lines.join("\n")}\n`;
}

function unleashLines(url: string | null, { admin, client }: Tokens): readonly string[] {
  if (url === null) return [];
  return [
    "unleash:",
    `  ${ONLY}:`,
    `    url: ${json(url)}`,
    admin.file === null ? `    # Its token: ${admin.variable}.` : `    tokenFile: ${json(admin.file)}`,
    client.file === null
      ? `    # A backend token, for seeing what SDKs see: ${client.variable}.`
      : `    clientTokenFile: ${json(client.file)}`,
  ];
}

/** JSON is YAML, and needs no thought about what a URL or a path may hold. */
function json(value: string): string {
  return JSON.stringify(value);
}

import { callUnleash } from "./unleash-admin.ts";
import type { Unleash } from "./unleash.ts";

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

export type Role = "Admin" | "Editor" | "Viewer";

export type Person = {
  /** Stands as `createdByUserId` in the events of this person's changes. */
  readonly id: number;
  /** Stands as `createdBy`. */
  readonly username: string;
  readonly role: Role;
  /** A personal access token: the value of the `Authorization` header. */
  readonly token: string;
};

/** A user with a password and a personal access token. */
export async function createPerson(unleash: Unleash, username: string, role: Role): Promise<Person> {
  const password = `Rampart-${username}-1-demo-password`;
  const made = await callUnleash<{ id: number }>(
    `${unleash.url}/api/admin/user-admin`,
    "POST",
    { authorization: unleash.adminToken },
    { username, name: username, password, rootRole: role, sendEmail: false },
  );
  const session = await signIn(unleash, username, password);
  const token = await callUnleash<{ secret: string }>(
    `${unleash.url}/api/admin/user/tokens`,
    "POST",
    { cookie: session },
    {
      description: `${username} at the command line`,
      expiresAt: new Date(Date.now() + YEAR_MS).toISOString(),
    },
  );
  return { id: made.id, username, role, token: token.secret };
}

/** What an SDK on a server uses to read the flags of one environment. */
export async function createBackendToken(
  unleash: Unleash,
  environment: string,
  project = "*",
): Promise<string> {
  const made = await callUnleash<{ secret: string }>(
    `${unleash.url}/api/admin/api-tokens`,
    "POST",
    { authorization: unleash.adminToken },
    { tokenName: `backend-${environment}`, type: "backend", environment, projects: [project] },
  );
  return made.secret;
}

/** Tokens are issued to whoever is signed in, so a person has to sign in once. */
async function signIn(unleash: Unleash, username: string, password: string): Promise<string> {
  const response = await fetch(`${unleash.url}/auth/simple/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  // The session is stored only when the whole answer is there; its cookie comes before.
  const said = await response.text();
  const cookie = response.headers.getSetCookie()[0]?.split(";")[0];
  if (!response.ok || cookie === undefined) {
    throw new Error(`${username} cannot sign in: ${response.status} ${said}`);
  }
  return cookie;
}

import type { IssuedToken, TokenBody, TokenDesk, TokenRequest } from "../api/tokens.ts";
import type { Client, Failure } from "./client.ts";
import { shown } from "./shown.ts";

export type DeskResult<T> =
  | { readonly kind: "got"; readonly value: T }
  | { readonly kind: "wrong"; readonly message: string }
  | { readonly kind: "failed"; readonly failure: Failure; readonly url: string };

/** Making and taking back tokens, the same over the API and on a store. */
export type RemoteDesk = {
  issue(request: TokenRequest): Promise<DeskResult<IssuedToken>>;
  list(): Promise<DeskResult<readonly TokenBody[]>>;
  revoke(id: string): Promise<DeskResult<null>>;
};

export const openDesk = { overApi, onStore };

function overApi(client: Client): RemoteDesk {
  const failed = (failure: Failure) => ({ kind: "failed", failure, url: client.url }) as const;
  return {
    async issue(request) {
      const got = await client.issueToken(request);
      return got.kind === "got" ? got : failed(got);
    },
    async list() {
      const got = await client.tokens();
      return got.kind === "got" ? { kind: "got", value: got.value.tokens } : failed(got);
    },
    async revoke(id) {
      const got = await client.revokeToken(id);
      return got.kind === "got" ? { kind: "got", value: null } : failed(got);
    },
  };
}

/** Whoever can open the store's file holds every right already, so nobody's scopes are asked. */
function onStore(desk: TokenDesk): RemoteDesk {
  return {
    async issue(request) {
      const made = await desk.issue(request, "store");
      return made.kind === "issued"
        ? { kind: "got", value: made.token }
        : { kind: "wrong", message: String(shown(made.message)) };
    },
    async list() {
      return { kind: "got", value: await desk.list() };
    },
    async revoke(id) {
      return (await desk.revoke(id, "store"))
        ? { kind: "got", value: null }
        : { kind: "wrong", message: "there is no token of that id" };
    },
  };
}

import type { ROUTES } from "../api/routes.ts";
import type { Door } from "./door.ts";
import type { Handler } from "./mount.ts";
import { answer, refuse } from "./reply.ts";

export function listTokens({ tokens }: Door): Handler<typeof ROUTES.listTokens> {
  return async () => answer(200, { tokens: await tokens.list() });
}

export function issueToken({ tokens, log }: Door): Handler<typeof ROUTES.issueToken> {
  return async ({ principal, body }) => {
    if (principal.kind === "machine" && body.kind === "person") {
      return refuse("forbidden", "a machine must not make a person's token: it could approve with it", {
        scopes: ["admin"],
      });
    }
    const by = `${principal.kind}:${principal.name}`;
    const outcome = await tokens.issue(body, by);
    if (outcome.kind === "refused") {
      return refuse("invalid", outcome.message, { problems: [{ at: "body", message: outcome.message }] });
    }
    const { id, kind, name, scopes } = outcome.token;
    log.info({ id, kind, name, scopes, by }, "token made");
    return answer(201, outcome.token);
  };
}

export function revokeToken({ tokens, log }: Door): Handler<typeof ROUTES.revokeToken> {
  return async (call) => {
    const id = call.parameter("id");
    const by = `${call.principal.kind}:${call.principal.name}`;
    if (!(await tokens.revoke(id, by))) return refuse("unknown-token", "there is no token of that id");
    log.info({ id, by }, "token revoked");
    return { status: 204, body: null, headers: {} };
  };
}

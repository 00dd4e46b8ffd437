import { openApi } from "../api/openapi.ts";
import { PROBLEMS, isProblemCode } from "../api/problem.ts";
import type { ROUTES } from "../api/routes.ts";
import type { Door } from "./door.ts";
import type { Handler } from "./mount.ts";
import { answer, refuse } from "./reply.ts";

export function getOpenApi({ config }: Door): Handler<typeof ROUTES.openapi> {
  const document = openApi(config.version, config.publicUrl);
  return () => answer(200, document);
}

/** Where the `type` of a problem leads. */
export function explainProblem(): Handler<typeof ROUTES.explainProblem> {
  return (call) => {
    const code = call.parameter("code");
    if (!isProblemCode(code)) return refuse("not-found", "there is no problem of that name");
    return answer(200, { code, ...PROBLEMS[code] });
  };
}

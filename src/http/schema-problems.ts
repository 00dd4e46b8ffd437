import type { z } from "zod";

/** What a schema found wrong, one line each, with the place written as `body.reason`. */
export function problemsOf(error: z.ZodError, root: string): { at: string; message: string }[] {
  return error.issues.flatMap((issue) => {
    const at = [root, ...issue.path.map(String)].join(".");
    if (issue.code !== "unrecognized_keys") return [{ at, message: issue.message }];
    return issue.keys.map((key) => ({ at: `${at}.${key.slice(0, 60)}`, message: "is not known here" }));
  });
}

import { z } from "zod";
import type { FlagTarget } from "../domain/gate.ts";

const permissionSchema = z.object({
  permission: z.string(),
  project: z.string().nullish(),
  environment: z.string().nullish(),
});

export type Permission = z.infer<typeof permissionSchema>;

/** `GET /api/admin/user`. A token seeded through the server's environment has no user id, only a number in its events. */
export const userBody = z.object({
  user: z.object({ id: z.number().int().nullish(), internalAdminTokenUserId: z.number().int().nullish() }),
  permissions: z.array(permissionSchema),
});

const WHOLE = "*";

/** Whether the permission holds in the project and environment of the target; nothing named means everywhere. */
export function isAllowed(
  permissions: readonly Permission[],
  wanted: string,
  target: Pick<FlagTarget, "project" | "environment">,
): boolean {
  return permissions.some(
    ({ permission, project, environment }) =>
      permission === "ADMIN" ||
      (permission === wanted && covers(project, target.project) && covers(environment, target.environment)),
  );
}

function covers(scope: string | null | undefined, name: string): boolean {
  return scope === null || scope === undefined || scope === "" || scope === WHOLE || scope === name;
}

/** Bodies as the real servers send them, cut to what is read. */

export function strategyBody(fields: Readonly<Record<string, unknown>> = {}) {
  return {
    id: "s1",
    name: "flexibleRollout",
    title: "Gradual rollout",
    disabled: false,
    parameters: { groupId: "new-pricing", rollout: "10", stickiness: "orderId" },
    constraints: [],
    segments: [],
    variants: [],
    sortOrder: 0,
    ...fields,
  };
}

export function flagBody(
  fields: Readonly<Record<string, unknown>> = {},
  strategies: readonly unknown[] = [strategyBody()],
) {
  return {
    name: "new-pricing",
    project: "default",
    archived: false,
    environments: [
      { name: "development", enabled: true, strategies: [] },
      { name: "production", enabled: true, strategies },
    ],
    ...fields,
  };
}

export function problemBody(name: string, message: string) {
  return { id: "0", name, message, details: [{ message }] };
}

export function eventBody(id: number, fields: Readonly<Record<string, unknown>> = {}) {
  return {
    id,
    type: "feature-strategy-update",
    createdBy: "kim",
    createdByUserId: 3,
    createdAt: "2026-01-05T09:00:00.000Z",
    environment: "production",
    data: strategyBody({ parameters: { rollout: String(id) } }),
    preData: strategyBody({ parameters: { rollout: "0" } }),
    ...fields,
  };
}

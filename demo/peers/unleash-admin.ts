/** What people do in Unleash's own pages, done through its admin API: the setup of tests and of the demo. */
export type UnleashAdmin = ReturnType<typeof unleashAdmin>;

export type Strategy = {
  readonly id: string;
  readonly name: string;
  readonly title?: string | null;
  readonly disabled?: boolean | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly constraints: readonly Constraint[];
  readonly segments?: readonly number[];
  readonly sortOrder?: number;
};

export type Constraint = {
  readonly contextName: string;
  readonly operator: string;
  readonly values?: readonly string[];
  readonly value?: string;
  readonly inverted?: boolean;
  readonly caseInsensitive?: boolean;
};

export type UnleashEvent = {
  readonly id: number;
  readonly type: string;
  readonly createdBy: string;
  readonly createdByUserId: number;
  readonly createdAt: string;
  readonly featureName: string | null;
  readonly environment: string | null;
  readonly project: string | null;
  readonly data: unknown;
  readonly preData: unknown;
};

export type PatchOperation = {
  readonly op: "add" | "remove" | "replace" | "test";
  readonly path: string;
  readonly value?: unknown;
};

/** Where a strategy lies; `project` is `default` unless given. */
export type Place = { readonly flag: string; readonly environment: string; readonly project?: string };

export type GradualRollout = Place & {
  readonly rollout: number;
  readonly title?: string;
  readonly stickiness?: string;
  /** Default: the flag's name. */
  readonly groupId?: string;
  readonly constraints?: readonly Constraint[];
  readonly segments?: readonly number[];
  readonly disabled?: boolean;
};

function featuresOf(project = "default"): string {
  return `/api/admin/projects/${project}/features`;
}

function environmentOf(place: Place): string {
  return `${featuresOf(place.project)}/${place.flag}/environments/${place.environment}`;
}

/** Acts as the owner of the token: its user's id stands in the events. */
export function unleashAdmin(server: { readonly url: string }, token: string) {
  const call = <T = unknown>(method: string, path: string, body?: unknown): Promise<T> =>
    callUnleash<T>(`${server.url}${path}`, method, { authorization: token }, body);

  return {
    /** Any other call; throws with status and body unless it is answered with 2xx. */
    call,

    createFlag: (name: string, more: { project?: string; description?: string } = {}): Promise<unknown> =>
      call("POST", featuresOf(more.project), {
        name,
        type: "release",
        impressionData: false,
        ...(more.description === undefined ? {} : { description: more.description }),
      }),

    flag: <T = unknown>(name: string, project?: string): Promise<T> =>
      call<T>("GET", `${featuresOf(project)}/${name}`),

    archiveFlag: (name: string, project?: string): Promise<unknown> =>
      call("DELETE", `${featuresOf(project)}/${name}`),

    addRollout: (rollout: GradualRollout): Promise<Strategy> =>
      call<Strategy>("POST", `${environmentOf(rollout)}/strategies`, {
        name: "flexibleRollout",
        ...(rollout.title === undefined ? {} : { title: rollout.title }),
        parameters: {
          rollout: String(rollout.rollout),
          stickiness: rollout.stickiness ?? "default",
          groupId: rollout.groupId ?? rollout.flag,
        },
        constraints: rollout.constraints ?? [],
        segments: rollout.segments ?? [],
        variants: [],
        disabled: rollout.disabled ?? false,
      }),

    strategies: (place: Place): Promise<readonly Strategy[]> =>
      call<readonly Strategy[]>("GET", `${environmentOf(place)}/strategies`),

    patchStrategy: (place: Place, id: string, operations: readonly PatchOperation[]): Promise<Strategy> =>
      call<Strategy>("PATCH", `${environmentOf(place)}/strategies/${id}`, operations),

    setRollout: (place: Place, id: string, percent: number): Promise<Strategy> =>
      call<Strategy>("PATCH", `${environmentOf(place)}/strategies/${id}`, [
        { op: "replace", path: "/parameters/rollout", value: String(percent) },
      ]),

    removeStrategy: (place: Place, id: string): Promise<unknown> =>
      call("DELETE", `${environmentOf(place)}/strategies/${id}`),

    switchEnvironment: (place: Place, to: "on" | "off"): Promise<unknown> =>
      call("POST", `${environmentOf(place)}/${to}`),

    /** Newest first. */
    events: async (flag: string): Promise<readonly UnleashEvent[]> => {
      const answer = await call<{ events: readonly UnleashEvent[] }>("GET", `/api/admin/events/${flag}`);
      return answer.events;
    },

    createSegment: (name: string, constraints: readonly Constraint[]): Promise<{ id: number }> =>
      call<{ id: number }>("POST", "/api/admin/segments", { name, constraints }),

    /** Makes the field, or lets rollouts stick to it when it exists. */
    ensureStickiness: async (field: string): Promise<void> => {
      const fields = await call<readonly { name: string }[]>("GET", "/api/admin/context");
      const known = fields.some(({ name }) => name === field);
      if (known) await call("PUT", `/api/admin/context/${field}`, { stickiness: true });
      else await call("POST", "/api/admin/context", { name: field, stickiness: true });
    },
  };
}

/** One request with JSON in and out; an empty answer is undefined. Throws unless it is answered with 2xx. */
export async function callUnleash<T>(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${response.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

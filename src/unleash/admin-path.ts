import type { FlagTarget } from "../domain/gate.ts";

type Place = Pick<FlagTarget, "project" | "name" | "environment">;

export function flagPath({ project, name }: Pick<Place, "project" | "name">): `/${string}` {
  return `/api/admin/projects/${encodeURIComponent(project)}/features/${encodeURIComponent(name)}`;
}

export function environmentPath(place: Place): `/${string}` {
  return `${flagPath(place)}/environments/${encodeURIComponent(place.environment)}`;
}

export function strategyPath(place: Place, strategyId: string): `/${string}` {
  return `${environmentPath(place)}/strategies/${encodeURIComponent(strategyId)}`;
}

export function changeRequestPath(project: string): `/${string}` {
  return `/api/admin/projects/${encodeURIComponent(project)}/change-requests/config`;
}

export function segmentPath(id: number): `/${string}` {
  return `/api/admin/segments/${id}`;
}

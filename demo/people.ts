/** Stands in for people of a shop: the release lead starts ramps and wrote their gates, the others approve and adopt. */
export const PEOPLE = [
  { name: "release-lead", groups: ["release-managers"], git: ["release-lead@example.com"] },
  { name: "second-manager", groups: ["release-managers"], git: ["second-manager@example.com"] },
  { name: "third-manager", groups: ["release-managers"], git: ["third-manager@example.com"] },
] as const;

/** Who wrote every gate of the demo, as Git would say. */
export const AUTHOR = PEOPLE[0].git[0];

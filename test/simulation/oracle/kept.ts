import type { Case, Finding } from "./case.ts";

/** What was kept in the store is what is read there, all of it and nothing else. */
export function checkKept({ answers }: Case): Finding {
  const violations = answers.wrong.map(({ at, what }) => ({ at, says: what }));
  return { premises: answers.right + violations.length, violations };
}

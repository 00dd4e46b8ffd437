import type { Silence } from "../domain/alert.ts";
import type { Labels } from "../domain/matcher.ts";
import { matches } from "../matchers/matchers.ts";
import type { ActiveSilence, HeldAlert } from "./bodies.ts";

/**
 * The silence that covers an alert of ours; null when none does. Alertmanager may know the alert by more labels than we
 * do, those that Prometheus adds when it sends: then its own judgement counts, and only where it holds for each alert
 * that may be ours. An alert it does not hold, such as a pending one, is covered by a silence that matches our labels.
 */
export function coveringSilence(
  labels: Labels,
  silences: readonly ActiveSilence[],
  held: readonly HeldAlert[],
): Silence | null {
  const ours = closest(held.filter((alert) => includes(alert.labels, labels)));
  if (ours.length === 0) return shown(silences.find(({ matchers }) => matches(matchers, labels)));
  const covering = ours.map(({ silencedBy }) => silences.find(({ id }) => silencedBy.includes(id)));
  return covering.includes(undefined) ? null : shown(covering[0]);
}

/** What is added on the way is the same for all, so those with the fewest labels are ours and others are more specific. */
function closest(alerts: readonly HeldAlert[]): readonly HeldAlert[] {
  const fewest = Math.min(...alerts.map(labelCount));
  return alerts.filter((alert) => labelCount(alert) === fewest);
}

function labelCount({ labels }: HeldAlert): number {
  return Object.keys(labels).length;
}

function includes(all: Labels, some: Labels): boolean {
  return Object.entries(some).every(([label, value]) => Object.hasOwn(all, label) && all[label] === value);
}

function shown(silence: ActiveSilence | undefined): Silence | null {
  if (silence === undefined) return null;
  const { id, by, comment, endsAt } = silence;
  return { id, by, comment, endsAt };
}

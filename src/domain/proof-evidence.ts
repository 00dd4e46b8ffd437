/** Outcomes of one cohort: how many, and how many of them were bad. */
export type Outcomes = { readonly bad: number; readonly total: number };

/** At this evidence a bad ratio is excluded: at 20:1 the chance of ever excluding a true one is at most 5 %, however often one looks. */
export const ENOUGH = 20;

/** Part of the bound that a smaller ratio may be, with its weight; none at all is what people hope for. */
const MIXTURE: readonly (readonly [share: number, weight: number])[] = [
  [0, 12 / 15],
  [1 / 8, 1 / 15],
  [1 / 4, 1 / 15],
  [1 / 2, 1 / 15],
];

/**
 * Evidence against *the bad ratio is `base + excess`, or more*: how much likelier the outcomes are under a mixture of smaller
 * ratios. `base` is what is bad anyway. A running likelihood ratio, so it may be looked at after every outcome (Ville).
 */
export function evidenceAgainst({ bad, total }: Outcomes, excess: number, base = 0): number {
  const bound = base + excess;
  if (bound >= 1) return bad < total ? Number.POSITIVE_INFINITY : 1;
  return MIXTURE.reduce((sum, [share, weight]) => {
    const ratio = base + share * excess;
    // 0 of 0: without a bad outcome the first factor is 1 whatever the ratio.
    const ofBad = bad === 0 ? 0 : bad * Math.log(ratio / bound);
    return sum + weight * Math.exp(ofBad + (total - bad) * Math.log((1 - ratio) / (1 - bound)));
  }, 0);
}

/** Ratios that a true one may stand above its bound by. */
const ABOVE: readonly number[] = [1.02, 1.05, 1.1, 1.25, 1.5, 2, 4];

/**
 * What the bad ratio is at least, by the same evidence of 20:1. Below it the control is never taken to be: a control that
 * looks worse than it is would let a bad candidate pass. 0 while nothing is known.
 */
export function leastRatio({ bad, total }: Outcomes): number {
  if (bad === 0) return 0;
  let [known, unknown] = [0, bad / total];
  for (let turn = 0; turn < HALVINGS; turn += 1) {
    const middle = (known + unknown) / 2;
    if (evidenceForMore({ bad, total }, middle) >= ENOUGH) known = middle;
    else unknown = middle;
  }
  return known;
}

const HALVINGS = 50;

/** Evidence that the ratio is larger than this. */
function evidenceForMore({ bad, total }: Outcomes, ratio: number): number {
  const all = ABOVE.filter((times) => times * ratio < 1);
  return all.reduce((sum, times) => {
    const ofGood = (total - bad) * Math.log((1 - times * ratio) / (1 - ratio));
    return sum + Math.exp(bad * Math.log(times) + ofGood) / ABOVE.length;
  }, 0);
}

/** More than anybody waits for. */
const MOST = 2 ** 40;

/** How many outcomes are still needed if none of them is bad; null: more than anybody waits for. */
export function stillNeeded({ bad, total }: Outcomes, excess: number, base = 0): number | null {
  const isEnough = (more: number) => evidenceAgainst({ bad, total: total + more }, excess, base) >= ENOUGH;
  if (isEnough(0)) return 0;
  let most = 1;
  while (!isEnough(most)) {
    if (most >= MOST) return null;
    most *= 2;
  }
  let least = most / 2;
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (isEnough(middle)) most = middle;
    else least = middle;
  }
  return most;
}

/**
 * The token that follows the team's own text in the strategy's title on every write of ours:
 * `Gradual rollout [rampart 3/5 #k3f.7.12]` = step 3 of 5, store k3f, claim epoch 7, sequence 12.
 * A raise tests it before writing, so a late raise of an older decision finds another token and fails.
 */
export type WriteToken = {
  readonly step: number;
  readonly of: number;
  /** Three lower-case letters or digits, made when the store was made. */
  readonly store: string;
  readonly epoch: number;
  readonly sequence: number;
};

const BRACKET =
  /^(?<text>.*?) ?\[rampart (?<step>\d+)\/(?<of>\d+) #(?<store>[a-z0-9]{3})\.(?<epoch>\d+)\.(?<sequence>\d+)\]$/s;

export type SplitTitle = { readonly text: string; readonly token: WriteToken | null };

/** Separates the team's own text from our bracket; a title without a bracket is all text. */
export function splitTitle(title: string | null): SplitTitle {
  const whole = title ?? "";
  const groups = BRACKET.exec(whole)?.groups;
  if (groups === undefined) return { text: whole, token: null };
  return {
    text: String(groups["text"]),
    token: {
      step: Number(groups["step"]),
      of: Number(groups["of"]),
      store: String(groups["store"]),
      epoch: Number(groups["epoch"]),
      sequence: Number(groups["sequence"]),
    },
  };
}

export function formatToken(token: WriteToken): string {
  return `[rampart ${token.step}/${token.of} #${token.store}.${token.epoch}.${token.sequence}]`;
}

/** The title to write: the team's own text, then the token. */
export function titleWith(text: string, token: WriteToken): string {
  return text === "" ? formatToken(token) : `${text} ${formatToken(token)}`;
}

export function sameToken(a: WriteToken | null, b: WriteToken | null): boolean {
  if (a === null || b === null) return a === b;
  return a.store === b.store && a.epoch === b.epoch && a.sequence === b.sequence;
}

/** One place where two values differ; what is not there is undefined. */
export type Difference = { readonly path: string; readonly recorded: unknown; readonly replayed: unknown };

const PLAIN_KEY = /^[A-Za-z_]\w*$/;

/**
 * Every place where plain data differ, as deep as it can be told: members by their key, entries of lists by their index. A
 * member that is undefined counts as absent, as JSON has it.
 */
export function differences(recorded: unknown, replayed: unknown, path = ""): readonly Difference[] {
  if (isTree(recorded) && isTree(replayed) && Array.isArray(recorded) === Array.isArray(replayed)) {
    const [ours, theirs] = [membersOf(recorded), membersOf(replayed)];
    const keys = [...new Set([...ours.keys(), ...theirs.keys()])];
    const step = (key: string) => (Array.isArray(recorded) ? `${path}[${key}]` : below(path, key));
    return keys.flatMap((key) => differences(ours.get(key), theirs.get(key), step(key)));
  }
  // JSON knows one zero, and NaN is what it was.
  const isSame = recorded === replayed || (Number.isNaN(recorded) && Number.isNaN(replayed));
  return isSame ? [] : [{ path, recorded, replayed }];
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function membersOf(tree: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries<unknown>({ ...tree }).filter(([, value]) => value !== undefined));
}

function below(path: string, key: string): string {
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

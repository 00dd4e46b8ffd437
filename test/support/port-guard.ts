/** A call of a port as it is about to be made, or as it has just been made. */
export type PortCall = { readonly port: string; readonly method: string; readonly when: "before" | "after" };

/**
 * What happens at a call: it may throw, as a process that dies there, or wait. What it comes to is called in the very moment in
 * which the call then goes out.
 */
export type Guard = (call: PortCall) => void | Promise<void> | Promise<() => void>;

/** Answered from memory by every adapter: nothing can go wrong there. */
const AT_ONCE: ReadonlySet<PropertyKey> = new Set(["storeId", "epoch", "clockSkewMs", "stopSwitch"]);

/** The same port with a guard in front of and behind every call that goes out. */
export function guarded<Port extends object>(name: string, port: Port, guard: Guard): Port {
  return new Proxy(port, {
    get(target, key, receiver) {
      const method: unknown = Reflect.get(target, key, receiver);
      if (typeof method !== "function" || AT_ONCE.has(key)) return method;
      return async (...given: readonly unknown[]): Promise<unknown> => {
        const call = { port: name, method: String(key) };
        const goOut = await guard({ ...call, when: "before" });
        goOut?.();
        const answer: unknown = await Reflect.apply(method, target, given);
        await guard({ ...call, when: "after" });
        return answer;
      };
    },
  });
}

/** A process that dies at its n-th chance (before and after every call are one each) and does nothing more from there on. */
export function dyingAt(chance: number): { readonly guard: Guard; readonly died: () => PortCall | null } {
  let chances = 0;
  let died: PortCall | null = null;
  return {
    guard(call) {
      chances += 1;
      if (chances < chance) return;
      died ??= call;
      throw new Error(`the process died ${died.when} ${died.port}.${died.method}`);
    },
    died: () => died,
  };
}

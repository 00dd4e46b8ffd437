import type { Machine } from "./machine.d.mts";

export type Prepared = { readonly node: string } | { readonly problem: string };

export function prepare(machine: Machine, purpose: string): Promise<Prepared>;

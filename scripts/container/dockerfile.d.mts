export type Instruction = { readonly name: string; readonly text: string };

export function instructionsOf(dockerfile: string): readonly Instruction[];
export function wordsOf(instructions: readonly Instruction[], name: string): readonly string[];
export function copiesOf(
  instructions: readonly Instruction[],
): readonly { readonly sources: readonly string[]; readonly to: string }[];
export function npmCommandsOf(instructions: readonly Instruction[]): readonly (readonly string[])[];

/** The effect of a rule on a packet that it matches; `undefined`: it counts or logs, and the next rule decides. */
export type Action =
  | 'accept'
  | 'drop'
  | 'return'
  | { readonly jump: string }
  | { readonly goto: string }
  | undefined;

/** A rule of a firewall, judged for one packet. */
export interface Rule {
  readonly applies: boolean;
  readonly action: Action;
}

/** The chains of one table by their names, as they stand for one packet. */
export type Chains = ReadonlyMap<string, readonly Rule[]>;

/** Linux refuses deeper ones, and loops. */
const DEEPEST = 16;

/** Returns the verdict of the base chain of this name. */
export function judgeChain(chains: Chains, name: string, policy: 'accept' | 'drop') {
  return walk(chains, name, 0) ?? policy;
}

function walk(chains: Chains, name: string, depth: number): 'accept' | 'drop' | undefined {
  if (depth > DEEPEST) return undefined;
  for (const { applies, action } of chains.get(name) ?? []) {
    if (!applies || action === undefined) continue;
    if (action === 'return') return undefined;
    if (typeof action === 'string') return action;
    if ('goto' in action) return walk(chains, action.goto, depth + 1);
    const verdict = walk(chains, action.jump, depth + 1);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

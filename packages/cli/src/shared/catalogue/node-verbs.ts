import { CREATE_VERBS } from './create-verbs.ts';
import { LIFE_VERBS } from './life-verbs.ts';
import type { NodeVerb } from './node-verb.ts';
import { OUTPUT_VERBS } from './output-verbs.ts';
import { COMMON_VERBS } from './scope-verbs.ts';

/** Every verb for realms, spaces, stacks, cells and containers. */
export const NODE_VERBS: readonly NodeVerb[] = [
  ...CREATE_VERBS,
  ...COMMON_VERBS,
  ...LIFE_VERBS,
  ...OUTPUT_VERBS,
];

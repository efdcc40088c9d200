import type { Remedy } from '../error/remedy.ts';

/** The parts of a capsule that a diagnosis looks at, in the order in which they depend on each other. */
export const CHECK_SECTIONS = [
  'capsule',
  'containerd',
  'cgroups',
  'kernel',
  'networks',
  'leftovers',
  'disk',
] as const;

export type CheckSection = (typeof CHECK_SECTIONS)[number];

/** From good to bad. `warn`: everything works, or it could not be checked. `fail`: something does not work. */
export const CHECK_LEVELS = ['ok', 'warn', 'fail'] as const;

export type CheckLevel = (typeof CHECK_LEVELS)[number];

/** The result of one check of a diagnosis. */
export interface Check {
  readonly section: CheckSection;
  /** Unique in its section. */
  readonly name: string;
  readonly level: CheckLevel;
  /** The facts, in one line. */
  readonly detail: string;
  readonly remedy?: Remedy;
}

/** Pure. */
export function isCheckSection(word: string): word is CheckSection {
  return (CHECK_SECTIONS as readonly string[]).includes(word);
}

/** The worst of some levels; `ok` for none. Pure. */
export function worstLevel(levels: readonly CheckLevel[]): CheckLevel {
  return CHECK_LEVELS.findLast((level) => levels.includes(level)) ?? 'ok';
}

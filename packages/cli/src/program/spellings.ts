import type { Flag } from './manual.ts';

/** The ways to write a flag: `-o` and `--output`. */
export function spellingsOf({ flags }: Flag): readonly string[] {
  return flags.split(/[ ,]+/).filter((word) => word.startsWith('-'));
}

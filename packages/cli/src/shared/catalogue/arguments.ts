import type { Level } from '@capsule/core';
import type { Argument } from '../../program/manual.ts';

/** The name of one thing of a level. */
export function nameOf(level: Level): Argument {
  return { name: 'name', summary: `name of the ${level}`, completes: level };
}

/** One or several. */
export function namesOf(level: Level): Argument {
  return { ...nameOf(level), isRepeatable: true };
}

export const CONTAINER_FLAG = {
  flags: '--container <container>',
  summary: 'a container of the cell (default: its root)',
  completes: 'container',
} as const;

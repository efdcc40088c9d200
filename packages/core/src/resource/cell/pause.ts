import { action } from '../../error/action.ts';
import { remedy } from '../../error/remedy.ts';

/** A reason for a pause. The container resumes when no reason is left. */
export type PauseReason = 'operator' | 'poolFull';

/** One line for people, of a container that stands still with everything that it has. Pure. */
export function describePause(reasons: readonly PauseReason[]): string {
  if (reasons.length === 0) return 'paused, but not by capsuled';
  return `paused ${REASONS.filter(([reason]) => reasons.includes(reason))
    .map(([, words]) => words)
    .join(', and ')}`;
}

/** The actions that the line names; each program shows its own commands. */
export const PAUSE_REMEDY = remedy`see ${action('volume.usage')}`;

const REASONS: readonly (readonly [PauseReason, string])[] = [
  ['operator', 'by an operator'],
  ['poolFull', `until the pool of its volumes has room: ${PAUSE_REMEDY.text}`],
];

import type { RemedyAction } from '../../error/remedy.ts';
import { PAUSE_REMEDY } from '../../resource/cell/pause.ts';

/** What the message of a status or event with this reason names, for a program that has its own words. */
export function actionsOfReason(reason: string): readonly RemedyAction[] {
  return reason === 'Paused' ? PAUSE_REMEDY.actions : [];
}

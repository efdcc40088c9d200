import type { RemedyAction } from '../../error/remedy.ts';
import { PAUSE_REMEDY } from '../../resource/cell/pause.ts';

/** The actions that the message of a status or event with this reason names. Each program shows its own commands. */
export function actionsOfReason(reason: string): readonly RemedyAction[] {
  return reason === 'Paused' ? PAUSE_REMEDY.actions : [];
}

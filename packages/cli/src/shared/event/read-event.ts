import type { Event } from '@capsule/api/wire';
import { actionsOfReason } from '@capsule/core';
import type { ProgramManual } from '../../program/manual.ts';
import { renderRemedy } from '../../program/render-remedy.ts';

/** An event as a capsule reports it, in the program's own words. */
export function readEvent(event: Event, program: ProgramManual): Event {
  const actions = actionsOfReason(event.reason);
  return { ...event, message: renderRemedy({ text: event.message, actions }, program) };
}

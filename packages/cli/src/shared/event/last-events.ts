import type { CapsuleClient, Event, ReportedWorkload } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import { readEvent } from './read-event.ts';

const SHOWN = 10;

/** The last events of this very workload, and not of an earlier one of its name; oldest first. */
export async function lastEvents(
  client: CapsuleClient,
  { spec, uid }: ReportedWorkload,
  { program, signal }: Context,
): Promise<readonly Event[]> {
  const events: Event[] = [];
  try {
    for await (const event of client.event.stream({ names: [spec.name] }, { signal })) {
      if (event.uid === uid) events.push(readEvent(event, program));
    }
  } catch (error) {
    // An older capsule keeps none.
    if (!isCapsuleError(error) || error.kind !== 'unsupported') throw error;
  }
  return events.slice(-SHOWN);
}

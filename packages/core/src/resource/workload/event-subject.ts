import { cellKey, containerFromKey, containerKey } from '../cell/cell-key.ts';
import { refOfWorkload } from '../cell/container-ref.ts';
import { nameOfContainer } from './workload-name.ts';

/**
 * What events are of: the key of a container, or `volume/NAME`. For people a container that is a flat workload has the
 * name of that, and everything else is called as it is here.
 */
export function subjectFromName(name: string): string {
  return isFlat(name) ? containerKey(refOfWorkload(name)) : name;
}

/** Pure. */
export function nameOfSubject(subject: string): string {
  const ref = containerFromKey(subject);
  return ref === undefined ? subject : nameOfContainer(ref);
}

/** What is notified of when there is an event: the key of the container's cell, or the subject itself. Pure. */
export function feedKeyOfSubject(subject: string): string {
  const ref = containerFromKey(subject);
  return ref === undefined ? subject : cellKey(ref.cell);
}

function isFlat(name: string): boolean {
  return !name.includes('/') && !name.includes('_');
}

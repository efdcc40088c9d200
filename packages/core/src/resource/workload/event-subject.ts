import { cellKey, containerFromKey, containerKey } from '../cell/cell-key.ts';
import { refOfWorkload } from '../cell/container-ref.ts';
import { nameOfContainer } from './workload-name.ts';

/**
 * Subjects of events: the key of a container, or `volume/NAME`. A container that is a flat workload is shown by the
 * workload's name, every other subject by this name.
 */
export function subjectFromName(name: string): string {
  return isFlat(name) ? containerKey(refOfWorkload(name)) : name;
}

/** Pure. */
export function nameOfSubject(subject: string): string {
  const ref = containerFromKey(subject);
  return ref === undefined ? subject : nameOfContainer(ref);
}

/** The key that a feed notifies for an event: the key of the container's cell, or the subject itself. Pure. */
export function feedKeyOfSubject(subject: string): string {
  const ref = containerFromKey(subject);
  return ref === undefined ? subject : cellKey(ref.cell);
}

function isFlat(name: string): boolean {
  return !name.includes('/') && !name.includes('_');
}

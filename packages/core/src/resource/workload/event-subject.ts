import { cellKey, containerFromKey, containerKey } from '../cell/cell-key.ts';
import { refOfWorkload } from '../cell/container-ref.ts';
import {
  cellOfPlace,
  describePlace,
  placeOfContainer,
  placeOfName,
  refOfPlace,
} from '../place/place.ts';
import { nameOfContainer } from './workload-name.ts';

/** The events that a name stands for: those of one subject, or of all whose subject begins with `prefix`. */
export interface SubjectChoice {
  readonly subject?: string;
  readonly prefix?: string;
  /** The key that a feed notifies for them. */
  readonly feedKey: string;
}

/** The subject of events of the API and its certificate. */
export const API_SUBJECT = 'capsule/api';
/** Begin the subjects of no workload: a container of a cell of this name is named by its whole place. */
const OTHERS: readonly string[] = ['volume/', 'capsule/'];

/** The subject of the events of a flat workload. Pure. */
export function subjectOfWorkload(name: string): string {
  return containerKey(refOfWorkload(name));
}

/**
 * Subjects of events: the key of a container, `volume/NAME`, or `capsule/api`. A name is one that `nameOfSubject` returns, or that of a
 * cell, which stands for all its containers; any other word stands for itself. Pure.
 */
export function subjectsOfName(name: string): SubjectChoice {
  const place = placeOfName(name);
  const cell = isOther(name) ? undefined : cellOfPlace(place);
  if (cell === undefined || name.includes('_')) return { subject: name, feedKey: feedKeyOf(name) };
  const ref = refOfPlace(place);
  const feedKey = cellKey(cell);
  return ref === undefined
    ? { prefix: `${feedKey}_`, feedKey }
    : { subject: containerKey(ref), feedKey };
}

/** Pure. */
export function nameOfSubject(subject: string): string {
  const ref = containerFromKey(subject);
  if (ref === undefined) return subject;
  const name = nameOfContainer(ref);
  return isOther(name) ? describePlace(placeOfContainer(ref)) : name;
}

/** The key that a feed notifies for an event: the key of the container's cell, or the subject itself. Pure. */
export function feedKeyOf(subject: string): string {
  const ref = containerFromKey(subject);
  return ref === undefined ? subject : cellKey(ref.cell);
}

function isOther(name: string): boolean {
  return OTHERS.some((start) => name.startsWith(start));
}

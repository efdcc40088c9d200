import { placeOfNode } from '@capsule/api/wire';
import { namedPlace, nodeAction, parentOf, remedy, shortPlace } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import { renderRemedy } from '../../program/render-remedy.ts';
import { describeNodeState, styleOfNode } from '../node/state.ts';
import { type Created, isCellPaused, startsNow } from './created.ts';

/** `container web/side created`, and whether it was started. */
export function describeCreated(created: Created, { out, program }: Context): string {
  const { place, isNew, node, cell, isSettled, failure } = created;
  const name = namedPlace(place);
  if (!isNew) return `${name} already exists\n`;
  if (node === undefined || node.level === 'scope') return `${name} created\n`;
  if (node.level === 'cell' && node.cell.containers.length === 0) {
    return `${name} created, without containers\n`;
  }
  if (startsNow(created)) {
    if (!isSettled || failure !== undefined) return `${name} created\n`;
    const style = styleOfNode(node);
    const state = describeNodeState(node);
    const shown = style === undefined ? state : out.style(style, state);
    return `${name} created\n${name} started: ${shown}\n`;
  }
  const parent = cell === undefined ? parentOf(place) : placeOfNode(cell);
  if (parent === undefined) return `${name} created\n`;
  const [state, fix] = isCellPaused(cell)
    ? ['is paused', remedy`${nodeAction('unpause', parent)} resumes the cell`]
    : ['does not run', remedy`${nodeAction('start', parent)} starts the cell`];
  const cellName = shortPlace(parent);
  return `${name} created, not started: cell ${cellName} ${state}\n${renderRemedy(fix, program)}\n`;
}

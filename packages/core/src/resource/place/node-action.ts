import { type Action, type ActionName, action } from '../../error/action.ts';
import { levelOf, nameOfPlace, type Place, partsOf, placeOfName } from './place.ts';

/** The parts that a person need not name, as flags have them by default. */
const USUAL: Readonly<Record<string, string>> = {
  realm: 'main',
  space: 'default',
  stack: 'default',
};

type NodeVerb =
  | 'get'
  | 'kill'
  | 'list'
  | 'logs'
  | 'start'
  | 'stop'
  | 'unpause'
  | 'create'
  | 'delete';

/** An action on one thing of any level, with the flags that its place needs: `start web --stack shop`. Pure. */
export function nodeAction(
  verb: NodeVerb,
  place: Place,
  more: Readonly<Record<string, string | true>> = {},
): Action {
  const level = levelOf(place);
  const outer = partsOf(place).length - 1;
  const flags = Object.entries(place)
    .slice(0, outer)
    .filter(([part, name]) => USUAL[part] !== name);
  const args = { name: nameOfPlace(place), ...Object.fromEntries(flags), ...more };
  // The verbs that a level does not have are no actions, and no error names them.
  return action(`${level}.${verb}` as ActionName, args);
}

/**
 * An action on a container by the name that `nameOfContainer` returns: one on the flat workload, or on the container of
 * a cell. Pure.
 */
export function containerAction(verb: 'get' | 'logs' | 'start', name: string): Action {
  return name.includes('/')
    ? nodeAction(verb, placeOfName(name))
    : action(`workload.${verb}`, { name });
}

/** The action that lists what a level has. Pure. */
export function listAction(level: ReturnType<typeof levelOf>): Action {
  return action(`${level}.list`);
}

import { type Action, action } from '../../error/action.ts';
import { DEFAULT_STACK } from './place.ts';

/** An action on the images of a realm, which is named only where it is not the usual one. Pure. */
export function imageAction(
  verb: 'list' | 'pull' | 'push',
  realm: string,
  more: Readonly<Record<string, string>> = {},
): Action {
  const isUsual = realm === '' || realm === DEFAULT_STACK.realm;
  return action(`image.${verb}`, { ...more, ...(!isUsual && { realm }) });
}

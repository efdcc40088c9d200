import { type Action, actionArguments } from './action.ts';

/** How a program writes an action. */
export interface ActionSpelling {
  /** The program's own name. */
  readonly program: string;
  /** The words of its command, behind its name: noun and verb. */
  readonly path: readonly string[];
  /** A flag as people write it, by its name without dashes: `-o`. */
  readonly flag: (name: string) => string;
}

/** The command line of an action, without the name of the program. Pure. */
export function actionLine(
  { action, isShort }: { readonly action: Action; readonly isShort: boolean },
  { program, path, flag }: ActionSpelling,
): string {
  const args = actionArguments(action).flatMap(({ name, isFlag, value }) => [
    ...(isFlag ? [flag(name)] : []),
    ...(value === true ? [] : [value]),
  ]);
  return [...(isShort ? [] : [program]), ...path, ...args].join(' ');
}

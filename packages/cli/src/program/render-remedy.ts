import { type Action, actionArguments, type Remedy } from '@capsule/core';
import type { CommandManual, ProgramManual } from './manual.ts';
import { spellingsOf } from './spellings.ts';

/** The text in the program's own words for the actions that it has; those of others stay as they are. */
export function renderRemedy({ text, actions }: Remedy, program: ProgramManual): string {
  let rendered = '';
  let rest = text;
  for (const action of actions) {
    const at = action.text === '' ? -1 : rest.indexOf(action.text);
    const words = commandWords(action, program);
    if (at < 0 || words === undefined) continue;
    const line = action.isShort ? words : [program.name, ...words];
    rendered += rest.slice(0, at) + line.join(' ');
    rest = rest.slice(at + action.text.length);
  }
  return rendered + rest;
}

/** Returns the words behind the program's name; undefined where it has no such command. */
function commandWords(action: Action, program: ProgramManual): readonly string[] | undefined {
  if (action.name === 'program') return [];
  const command = program.commands.find((one) => actionOf(one) === action.name);
  if (command === undefined) return undefined;
  const args = actionArguments(action).flatMap(({ name, isFlag, value }) => [
    ...(isFlag ? [spellingOf(name, command)] : []),
    ...(value === true ? [] : [value]),
  ]);
  return [...command.path, ...args];
}

/** The action that a command carries out: `volume.list`, unless it says otherwise. */
export function actionOf({ action, path }: CommandManual): string {
  return action ?? path.join('.');
}

/** The short form where there is one: `-o`. */
function spellingOf(name: string, { flags }: CommandManual): string {
  const spellings = flags.map(spellingsOf).find((all) => all.includes(`--${name}`));
  return spellings?.find((spelling) => !spelling.startsWith('--')) ?? `--${name}`;
}

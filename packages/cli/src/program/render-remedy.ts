import { actionLine, type Remedy, type RemedyAction } from '@capsule/core';
import type { CommandManual, ProgramManual } from './manual.ts';
import { spellingsOf } from './spellings.ts';

/** The text in the program's own words for the actions that it has; those of others stay as they are. */
export function renderRemedy({ text, actions }: Remedy, program: ProgramManual): string {
  let rendered = '';
  let rest = text;
  for (const action of actions) {
    const at = action.text === '' ? -1 : rest.indexOf(action.text);
    const line = lineOf(action, program);
    if (at < 0 || line === undefined) continue;
    rendered += rest.slice(0, at) + line;
    rest = rest.slice(at + action.text.length);
  }
  return rendered + rest;
}

/** Undefined where the program has no such command. */
function lineOf(action: RemedyAction, program: ProgramManual): string | undefined {
  const command = program.commands.find((one) => actionsOf(one).includes(action.name));
  if (command === undefined && action.name !== 'program') return undefined;
  const { path = [], flags = [] } = command ?? {};
  const flag = (name: string) => spellingOf(name, flags);
  return actionLine({ action, isShort: action.isShort }, { program: program.name, path, flag });
}

/** The actions that a command carries out: `volume.list`, unless it says otherwise. */
export function actionsOf({ actions, path }: CommandManual): readonly string[] {
  return actions ?? [path.join('.')];
}

/** The short form where there is one: `-o`. */
function spellingOf(name: string, flags: CommandManual['flags']): string {
  const spellings = flags.map(spellingsOf).find((all) => all.includes(`--${name}`));
  return spellings?.find((spelling) => !spelling.startsWith('--')) ?? `--${name}`;
}

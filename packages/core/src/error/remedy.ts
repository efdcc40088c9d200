import type { Action } from './action.ts';
import { actionLine } from './action-line.ts';
import { FIRST_PROGRAM } from './first-program.ts';

/** A way to fix a fault: a text, and the actions that it names. */
export interface Remedy {
  /** The text with the commands of the first program, for clients without commands of their own. */
  readonly text: string;
  /** In the order of the text. */
  readonly actions: readonly RemedyAction[];
}

export interface RemedyAction extends Action {
  /** As it stands in the text, where a program puts its own words. */
  readonly text: string;
  /** The program's name may be left out: an action before it has named it. */
  readonly isShort: boolean;
}

/** How an action is put into a text. */
export interface Mention {
  readonly action: Action;
  readonly isQuoted: boolean;
  readonly isShort: boolean;
}

/**
 * A remedy that names actions: remedy`${action('volume.list')} shows the volumes`. Actions are quoted.
 * Facts are put into the text as they are.
 */
export function remedy(
  texts: readonly string[],
  ...values: readonly (Action | Mention | string | number)[]
): Remedy {
  const actions: RemedyAction[] = [];
  const parts = values.map((value) => {
    const mention = mentionOf(value);
    if (mention === undefined) return String(value);
    const text = describeMention(mention);
    actions.push({ ...mention.action, text, isShort: mention.isShort });
    return mention.isQuoted ? `\`${text}\`` : text;
  });
  const text = texts.map((before, index) => `${before}${parts[index] ?? ''}`).join('');
  return { text, actions };
}

/** The action without quotes. */
export function bare(action: Action): Mention {
  return { action, isQuoted: false, isShort: false };
}

/** The action without the name of the program, which an action before it has named. */
export function short(action: Action): Mention {
  return { action, isQuoted: true, isShort: true };
}

function mentionOf(value: Action | Mention | string | number): Mention | undefined {
  if (typeof value !== 'object') return undefined;
  return 'action' in value ? value : { action: value, isQuoted: true, isShort: false };
}

/** As a person types it for the first program. */
function describeMention(mention: Mention): string {
  const { name } = mention.action;
  const { name: program, shortFlags } = FIRST_PROGRAM;
  return actionLine(mention, {
    program,
    path: name === 'program' ? [] : name.split('.'),
    flag: (flag) => shortFlags.get(flag) ?? `--${flag}`,
  });
}

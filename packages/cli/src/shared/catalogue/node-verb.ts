import type { ActionName, Level } from '@capsule/core';
import type { Command } from '../../program/command.ts';
import type { CommandManual } from '../../program/manual.ts';

/**
 * A verb for the things of one level. Each program makes a command of it, in its own order: noun and verb, or verb and
 * noun.
 */
export interface NodeVerb extends Pick<Command, 'summary' | 'about' | 'args' | 'flags' | 'load'> {
  readonly level: Level;
  readonly verb: string;
  /** The words behind the command. */
  readonly examples: readonly { readonly words: string; readonly about: string }[];
}

/** The two orders of words. */
export interface WordOrder {
  /** The name of the program. */
  readonly program: string;
  readonly pathOf: (verb: NodeVerb) => CommandManual['path'];
  readonly aliasesOf: (verb: NodeVerb) => NonNullable<CommandManual['aliases']>;
  readonly actionsOf: (verb: NodeVerb) => readonly string[];
}

/** The commands of one program. */
export function commandsOf(verbs: readonly NodeVerb[], order: WordOrder): readonly Command[] {
  return verbs.map((verb) => {
    const path = order.pathOf(verb);
    const aliases = order.aliasesOf(verb);
    const { level: _level, verb: _verb, examples, ...rest } = verb;
    return {
      ...rest,
      path,
      ...(aliases.length > 0 && { aliases }),
      // A verb that no remedy names is no action; the name does no harm.
      actions: order.actionsOf(verb) as readonly ActionName[],
      examples: examples.map(({ words, about }) => ({
        line: [order.program, ...path, words].join(' ').trim(),
        about,
      })),
    };
  });
}

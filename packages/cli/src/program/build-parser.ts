import { Command as Commander, type Option as CommanderOption, Help, Option } from 'commander';
import { capitalised } from './capitalised.ts';
import type { Command } from './command.ts';
import { HELP_FLAG, VERSION_FLAG } from './global-flags.ts';
import { Input } from './input.ts';
import type { CommandManual, Flag } from './manual.ts';
import type { Program } from './program.ts';
import { isImplied } from './scan-words.ts';

/** The parsed command line. */
export interface Invocation {
  readonly command: Command;
  readonly input: Input;
}

const HELP_COLUMNS = 80;

/**
 * The parser of a program. Flags may stand before and after arguments. Throws commander's own
 * errors; `onInvoke` gets what was understood.
 */
export function buildParser(
  { name, summary, nouns, globalFlags, commands }: Program,
  onInvoke: (invocation: Invocation) => void,
  writeHelp: (text: string) => void,
): Commander {
  const root = new Commander(name)
    .description(summary)
    .addHelpText('after', `\nRun \`${name} COMMAND --help\` for details and examples.`);
  for (const flag of globalFlags) root.addOption(createOption(flag));
  configure(root, writeHelp);
  const groups = new Map<string, Commander>();
  const groupOf = (words: readonly string[]): Commander => {
    const noun = words.at(-1);
    if (noun === undefined) return root;
    const known = groups.get(words.join(' '));
    if (known !== undefined) return known;
    // Only aliases have more than one noun, and help shows none of them.
    const hidden = words.length > 1;
    const group = groupOf(words.slice(0, -1)).command(noun, { hidden });
    configure(group.description(nouns[noun] ?? ''), writeHelp);
    groups.set(words.join(' '), group);
    return group;
  };
  const add = (path: CommandManual['path'], command: Command) =>
    addCommand(groupOf(path.slice(0, -1)), path.at(-1) ?? '', command, onInvoke);
  for (const command of commands) {
    add(command.path, command);
    for (const alias of command.aliases ?? []) {
      // A word that may be left out has been put in before.
      if (!isImplied(command, alias)) add(alias, { ...command, isHidden: true });
    }
  }
  return root;
}

function configure(command: Commander, writeHelp: (text: string) => void): void {
  command
    .exitOverride()
    .helpCommand(false)
    .helpOption(HELP_FLAG.flags, HELP_FLAG.summary)
    .configureHelp({
      showGlobalOptions: true,
      helpWidth: HELP_COLUMNS,
      sortSubcommands: false,
      visibleOptions: withVersion,
    })
    .configureOutput({ writeOut: writeHelp, writeErr: writeHelp, outputError: () => undefined });
}

/** The version is asked for of the program alone, so the parser of its commands does not know the flag. */
function withVersion(command: Commander): CommanderOption[] {
  const usual = new Help().visibleOptions(command);
  return command.parent === null ? [...usual, createOption(VERSION_FLAG)] : usual;
}

function addCommand(
  parent: Commander,
  name: string,
  command: Command,
  onInvoke: (invocation: Invocation) => void,
): void {
  const words = [programName(parent), ...command.path].join(' ');
  const child = parent.command(name, { hidden: command.isHidden === true });
  child.summary(command.summary).description(describe(command));
  for (const { name: argument, summary, isOptional, isRepeatable } of command.args) {
    const word = `${argument}${isRepeatable ? '...' : ''}`;
    child.argument(isOptional ? `[${word}]` : `<${word}>`, summary);
  }
  for (const flag of command.flags) child.addOption(createOption(flag));
  configure(child, () => undefined);
  child.configureOutput(parent.configureOutput());
  child.addHelpText('after', describeExamples(command) + describeAliases(command));
  child.action(() => {
    onInvoke({ command, input: new Input(words, child.args, child.optsWithGlobals()) });
  });
}

/** That of the outermost command. */
function programName(command: Commander): string {
  return command.parent === null ? command.name() : programName(command.parent);
}

function createOption({ flags, summary, choices, isRepeatable }: Flag): CommanderOption {
  const option = new Option(flags, summary);
  if (choices !== undefined) option.choices([...choices]);
  if (isRepeatable === true) {
    option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  }
  // Without this, commander makes `--no-x` alone mean that `x` is on.
  return option.negate ? option.default(undefined) : option;
}

function describe({ summary, about }: CommandManual): string {
  const sentence = `${capitalised(summary)}.`;
  return about === undefined ? sentence : `${sentence}\n\n${about}`;
}

function describeExamples({ examples }: CommandManual): string {
  if (examples.length === 0) return '';
  const lines = examples.map(({ line, about }) => `  # ${about}\n  ${line}`);
  return `\nExamples:\n${lines.join('\n')}`;
}

function describeAliases({ aliases = [] }: CommandManual): string {
  const words = aliases.map((path) => `\`${path.join(' ')}\``);
  return words.length === 0 ? '' : `\n\nAlso written as ${words.join(', ')}.`;
}

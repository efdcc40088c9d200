import { CommanderError } from 'commander';
import { cliError } from '../errors.ts';
import { buildProgram, type Invocation } from './build-program.ts';
import type { Command } from './command.ts';
import type { Context } from './context/context.ts';
import { Interruption } from './context/interruption.ts';
import { exitCodeOf } from './exit-code.ts';
import { unnamedFault } from './local-fault.ts';
import { normaliseArguments } from './normalise-arguments.ts';
import { renderError } from './render-error.ts';
import { elsewhere, meantCommand } from './suggest-command.ts';

/** Understands the words, does what they ask, and tells failures. Answers the exit code. */
export async function runProgram(
  commands: readonly Command[],
  words: readonly string[],
  context: Context,
): Promise<number> {
  try {
    const understood = parse(commands, words);
    if ('help' in understood) {
      await (understood.exitCode === 0 ? context.out : context.err).write(understood.help);
      return understood.exitCode;
    }
    const { run } = await understood.command.load();
    const exitCode = await run(understood.input, context);
    context.signal.throwIfAborted();
    return exitCode ?? 0;
  } catch (error) {
    const failure = unnamedFault(error) ?? error;
    return tell(context.signal.aborted ? context.signal.reason : failure, words, context);
  }
}

type Understood = Invocation | { readonly help: string; readonly exitCode: number };

function parse(commands: readonly Command[], words: readonly string[]): Understood {
  let help = '';
  let invocation: Invocation | undefined;
  const program = buildProgram(
    commands,
    (understood) => {
      invocation = understood;
    },
    (text) => {
      help += text;
    },
  );
  try {
    program.parse([...normaliseArguments(words)], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { help, exitCode: 0 };
    // A noun without its verb, or no word at all.
    if (error.code === 'commander.help') return { help, exitCode: words.length === 0 ? 0 : 2 };
    throw usageError(error, commands, words);
  }
  if (invocation === undefined) return { help: program.helpInformation(), exitCode: 0 };
  return invocation;
}

function usageError(
  { code, message }: CommanderError,
  commands: readonly Command[],
  words: readonly string[],
) {
  const [problem = '', ...more] = message.replace(/^error: /, '').split('\n');
  const similar = /^\(Did you mean (.+)\?\)$/.exec(more.join(' ').trim())?.[1];
  const isUnknown = code === 'commander.unknownCommand';
  const near = similar ?? (isUnknown ? elsewhere(commands, words) : undefined);
  const suggestion = near === undefined ? undefined : `did you mean \`${near}\`?`;
  return cliError.USAGE({ problem, command: meantCommand(commands, words), suggestion });
}

async function tell(error: unknown, words: readonly string[], { err }: Context): Promise<number> {
  if (!(error instanceof Interruption)) {
    await err.write(renderError(error, err.style, words.includes('--debug')));
  }
  return exitCodeOf(error);
}

import { CommanderError } from 'commander';
import { cliError } from '../errors.ts';
import { buildParser, type Invocation } from './build-parser.ts';
import type { Context } from './context/context.ts';
import { Interruption } from './context/interruption.ts';
import { exitCodeOf } from './exit-code.ts';
import { VERSION_FLAG } from './global-flags.ts';
import { unnamedFault } from './local-fault.ts';
import { normaliseArguments } from './normalise-arguments.ts';
import type { Program } from './program.ts';
import { quickParse } from './quick-parse.ts';
import { renderError } from './render-error.ts';
import { spellingsOf } from './spellings.ts';
import { adviseUse, meantCommand, suggestCommand } from './suggest-command.ts';

/** The outside world, and the program that runs in it. */
export interface ProgramContext extends Context {
  readonly program: Program;
}

/** Parses arguments, runs the command, prints errors. Returns the exit code. */
export async function runProgram(
  words: readonly string[],
  context: ProgramContext,
): Promise<number> {
  try {
    const understood = parse(context.program, words);
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
    return printFailure(context.signal.aborted ? context.signal.reason : failure, words, context);
  }
}

type Understood = Invocation | { readonly help: string; readonly exitCode: number };

function parse(program: Program, words: readonly string[]): Understood {
  if (words.length === 1 && spellingsOf(VERSION_FLAG).includes(words[0] ?? '')) {
    return { help: `${program.name} ${program.version}\n`, exitCode: 0 };
  }
  const quick = quickParse(program, words);
  if (quick !== undefined) return quick;
  let help = '';
  let invocation: Invocation | undefined;
  const parser = buildParser(
    program,
    (understood) => {
      invocation = understood;
    },
    (text) => {
      help += text;
    },
  );
  try {
    parser.parse([...normaliseArguments(words, program)], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { help, exitCode: 0 };
    // A noun without its verb, or no word at all.
    if (error.code === 'commander.help') return { help, exitCode: words.length === 0 ? 0 : 2 };
    throw usageError(error, program, words);
  }
  if (invocation === undefined) return { help: parser.helpInformation(), exitCode: 0 };
  return invocation;
}

function usageError({ code, message }: CommanderError, program: Program, words: readonly string[]) {
  const [problem = '', ...more] = message.replace(/^error: /, '').split('\n');
  const similar = /^\(Did you mean (.+)\?\)$/.exec(more.join(' ').trim())?.[1];
  const suggestion =
    code === 'commander.unknownCommand'
      ? suggestCommand(program, words)
      : (adviseUse(program, words) ?? (similar && `did you mean \`${similar}\`?`));
  return cliError.USAGE({ problem, command: meantCommand(program, words), suggestion });
}

async function printFailure(
  error: unknown,
  words: readonly string[],
  { program, err }: Context,
): Promise<number> {
  if (!(error instanceof Interruption)) {
    await err.write(renderError(error, program, { out: err, isDebug: words.includes('--debug') }));
  } else if (error.isCtrlC && err.isTerminal) {
    // The terminal showed ^C: the shell begins its prompt on a line of its own.
    await err.write('\n');
  }
  return exitCodeOf(error);
}

import { isCapsuleError } from '@capsule/core';
import { printText } from './print-text.ts';

/**
 * Runs a program's main function; an error of ours becomes its parts for a person and exit code 1. `help` is the command
 * line that shows the options, for a reader of an error of usage.
 */
export async function runProgram(main: () => Promise<void>, help?: string): Promise<void> {
  endWithReader(process.stdout);
  try {
    await main();
  } catch (error) {
    if (isUsageError(error)) {
      const fix = help === undefined ? '' : `\n  fix: \`${help}\` shows the options`;
      printText(process.stderr, `error: ${error.message}${fix}`);
      process.exitCode = 2;
      return;
    }
    if (!isCapsuleError(error)) throw error;
    const { message, why, hint } = error;
    const parts = [`error: ${message}`, why && `  why: ${why}`, hint && `  fix: ${hint}`];
    printText(process.stderr, parts.filter(Boolean).join('\n'));
    process.exitCode = 1;
  }
}

/** A program that reads our output, such as `head`, may end first. Ours then ends as after `SIGPIPE`, without a stack trace. */
function endWithReader(output: NodeJS.WriteStream): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(141);
  });
}

/** Whether `parseArgs` threw this error because of an unknown option. */
function isUsageError(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  );
}

import { isCapsuleError } from '@capsule/core';
import { printText } from './print-text.ts';

/** Runs a program's main function; an error of ours becomes its parts for a person and exit code 1. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (isUsageError(error)) {
      printText(process.stderr, `error: ${error.message}`);
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

/** Whether `parseArgs` threw this error because of an unknown option. */
function isUsageError(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  );
}

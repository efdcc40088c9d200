import type { Context } from './context/context.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Input } from './input.ts';
import { renderError } from './render-error.ts';

/** Prints all failures of a command that went on after the first; that one decides the exit code. */
export async function printErrors(
  errors: readonly unknown[],
  input: Input,
  { program, err }: Context,
): Promise<number | undefined> {
  const how = { out: err, isDebug: input.isOn('debug') };
  for (const error of errors) await err.write(renderError(error, program, how));
  return errors.length === 0 ? undefined : exitCodeOf(errors[0]);
}

import type { Context } from './context/context.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Input } from './input.ts';
import { renderError } from './render-error.ts';

/** Tells all failures of a command that went on after the first; that one decides the exit code. */
export async function tellErrors(
  errors: readonly unknown[],
  input: Input,
  { err }: Context,
): Promise<number | undefined> {
  for (const error of errors) {
    await err.write(renderError(error, err.style, input.isOn('debug')));
  }
  return errors.length === 0 ? undefined : exitCodeOf(errors[0]);
}

import type { Context } from './context/context.ts';
import { exitCodeOf } from './exit-code.ts';
import { renderError } from './render-error.ts';

/**
 * Writes what is left of the output, and answers the exit code: a command whose output could not be written,
 * for instance to a full disk, has failed.
 */
export async function finish(exitCode: number, { program, out, err }: Context): Promise<number> {
  let code = exitCode;
  try {
    await out.flush();
  } catch (error) {
    if (exitCode === 0) {
      await err
        .write(renderError(error, program, { out: err, isDebug: false }))
        .catch(() => undefined);
      code = exitCodeOf(error);
    }
  }
  // Nothing is left to report a failure of the error output to, but the exit code.
  return err.flush().then(
    () => code,
    () => (code === 0 ? 1 : code),
  );
}

/**
 * Returns the result of a call; undefined where its file does not exist. For small files of file systems in memory
 * (`/run`, `/proc`): there a call takes microseconds, and a hop to another thread a hundred times as long. `also` as
 * for `unlessMissing`.
 */
export function atOnceUnlessMissing<T>(call: () => T, also: readonly string[] = []): T | undefined {
  try {
    return call();
  } catch (failure) {
    const { code = '' } = failure as NodeJS.ErrnoException;
    if (code === 'ENOENT' || also.includes(code)) return undefined;
    throw failure;
  }
}

/**
 * Returns the result of a call; undefined where its file does not exist. `also` names further codes that mean
 * "missing": of a process that ends meanwhile (`ESRCH`), of a folder that is a file (`ENOTDIR`).
 */
export async function unlessMissing<T>(
  call: Promise<T>,
  also: readonly string[] = [],
): Promise<T | undefined> {
  try {
    return await call;
  } catch (failure) {
    const { code = '' } = failure as NodeJS.ErrnoException;
    if (code === 'ENOENT' || also.includes(code)) return undefined;
    throw failure;
  }
}

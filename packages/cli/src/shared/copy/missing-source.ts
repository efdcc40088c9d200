import { copyError } from './errors.ts';
import { barePath, type Standing } from './plan-copy.ts';

/**
 * Returns the error for a source that the kernel does not find: either nothing has that name, or a slash after it
 * asks for a folder and it is none. `look` returns the state of a path; `shown` names the source for people.
 */
export async function missingSource(
  path: string,
  shown: string,
  look: (path: string) => Promise<Standing>,
): Promise<Error> {
  const bare = barePath(path);
  if (bare === path || (await look(bare)) === 'nothing') {
    return copyError.SOURCE_MISSING({ path: shown });
  }
  return copyError.SOURCE_NOT_A_FOLDER({ path: shown });
}

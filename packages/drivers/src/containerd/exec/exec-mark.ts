/** The variable that names the exec in the environment of its processes; their children inherit it. */
export const EXEC_MARK = 'CAPSULE_EXEC';

/** Returns the line that is in the environment of every process of an exec. */
export function execMark(execId: string): string {
  return `${EXEC_MARK}=${execId}`;
}

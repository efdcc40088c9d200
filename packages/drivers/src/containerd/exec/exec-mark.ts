/** The variable that names the exec in its processes' environment: what they start inherits it. */
export const EXEC_MARK = 'CAPSULE_EXEC';

/** The line that the environment of every process of an exec holds. */
export function execMark(execId: string): string {
  return `${EXEC_MARK}=${execId}`;
}

/** Receives one finished line of text per call, for a person who watches. */
export type Progress = (line: string) => void;

/** Says nothing. */
export const quiet: Progress = () => undefined;

/**
 * Runs `work` and reports it with its duration in seconds. The first line appears before the work
 * starts, so that a long step is never silent.
 */
export async function step<T>(
  progress: Progress,
  title: string,
  work: () => Promise<T>,
): Promise<T> {
  progress(`${title} …`);
  const startedAt = performance.now();
  const result = await work();
  progress(`${title}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
}

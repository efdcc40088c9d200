/** Receives one finished line of progress per call, for display. */
export type Progress = (line: string) => void;

/** Reports nothing. */
export const quiet: Progress = () => undefined;

const HEARTBEAT_MS = 15_000;

/**
 * Runs `work` and reports it with its duration in seconds. The first line appears before the work
 * starts and one more every 15 s, so that a long step is never silent.
 */
export async function step<T>(
  progress: Progress,
  title: string,
  work: () => Promise<T>,
): Promise<T> {
  progress(`${title} …`);
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const heart = setInterval(() => progress(`${title} … ${Math.round(seconds())} s`), HEARTBEAT_MS);
  try {
    const result = await work();
    progress(`${title}: ${seconds().toFixed(1)} s`);
    return result;
  } finally {
    clearInterval(heart);
  }
}

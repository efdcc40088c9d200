import { imageUseError } from '../../image/errors.ts';

/** Long enough for any healthy answer, short enough for an operator who waits. */
const LIMIT_MS = 15_000;

/**
 * Bounds a read from the image store, which may hang. Fails with `IMAGE_USE_STORE_SILENT` when the
 * time is over, and otherwise as `read` does.
 */
export async function inTime<T>(
  read: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await read(AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    throw imageUseError.STORE_SILENT({ seconds: limitMs / 1000 }, error);
  }
}

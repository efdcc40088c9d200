/**
 * Waits until every work has ended, and only then fails with the first failure. Unlike `Promise.all`,
 * which fails while the others still change things that the caller is about to undo.
 */
export async function allOrFirstError<T extends readonly unknown[]>(
  works: {
    readonly [K in keyof T]: Promise<T[K]>;
  },
): Promise<T> {
  await Promise.allSettled(works);
  return (await Promise.all(works)) as unknown as T;
}

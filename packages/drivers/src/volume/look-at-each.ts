export interface VolumeLooks<T, S> {
  readonly look: (one: T) => Promise<S>;
  readonly isThere: (one: T) => Promise<boolean>;
  readonly unread: (one: T) => S;
}

/**
 * Returns the state of each volume, without those that are removed meanwhile: listing locks none. A volume
 * without a readable filesystem (`uid`) may have just been removed, too. A volume that cannot be read, for
 * example because its device cannot be activated, is listed as `unread`, so the others are still listed.
 */
export async function lookAtEach<T, S extends { readonly uid?: string }>(
  all: readonly T[],
  { look, isThere, unread }: VolumeLooks<T, S>,
  signal?: AbortSignal,
): Promise<readonly S[]> {
  const seen = await Promise.all(
    all.map(async (one) => {
      try {
        const found = await look(one);
        return found.uid !== undefined || (await isThere(one)) ? [found] : [];
      } catch (error) {
        if (signal?.aborted) throw error;
        return (await isThere(one)) ? [unread(one)] : [];
      }
    }),
  );
  return seen.flat();
}

export interface VolumeLooks<T, S> {
  readonly look: (one: T) => Promise<S>;
  readonly isThere: (one: T) => Promise<boolean>;
  readonly unread: (one: T) => S;
}

/**
 * What there is to see of each volume, without those that go meanwhile: nobody holds volumes still to
 * list them. One without a filesystem that can be read (`uid`) may just have gone, too. One that cannot be looked at,
 * since its device cannot be activated, say, is shown as `unread` and keeps none of the others from being shown.
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

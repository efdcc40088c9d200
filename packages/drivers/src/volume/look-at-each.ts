/**
 * What there is to see of each volume, without those that go meanwhile: nobody holds volumes still to
 * list them. One without a filesystem that can be read (`uid`) may just have gone, too.
 */
export async function lookAtEach<T, S extends { readonly uid?: string }>(
  all: readonly T[],
  look: (one: T) => Promise<S>,
  isThere: (one: T) => Promise<boolean>,
): Promise<readonly S[]> {
  const seen = await Promise.all(
    all.map(async (one) => {
      try {
        const found = await look(one);
        return found.uid !== undefined || (await isThere(one)) ? [found] : [];
      } catch (error) {
        if (await isThere(one)) throw error;
        return [];
      }
    }),
  );
  return seen.flat();
}

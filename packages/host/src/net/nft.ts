import { isNotFound } from '@capsule/core';
import { type RunOptions, run } from '../process/run.ts';
import { classifyNftFailure } from './nft-errors.ts';

/** Loads a ruleset: all of it in one kernel transaction, or nothing. Fails with `NFT_*`. */
export async function nftLoad(ruleset: string, signal?: AbortSignal): Promise<void> {
  await nft(['-f', '-'], { input: ruleset, ...(signal === undefined ? {} : { signal }) });
}

/** Returns whether the table exists. `table` is family and name: `inet capsule`. */
export async function nftHasTable(table: string, signal?: AbortSignal): Promise<boolean> {
  try {
    const words = table.split(' ');
    await nft(['--terse', 'list', 'table', ...words], signal === undefined ? {} : { signal });
    return true;
  } catch (failure) {
    if (isNotFound(failure)) return false;
    throw failure;
  }
}

/** One part of a key or value is a word or a number. */
export interface NftMapElement {
  readonly key: readonly (string | number)[];
  readonly value: readonly (string | number)[];
}

interface Listed {
  readonly nftables: readonly {
    readonly map?: { readonly elem?: readonly (readonly [Concatenated, Concatenated])[] };
  }[];
}

interface Concatenated {
  readonly concat: readonly (string | number)[];
}

/**
 * Returns the elements of a map whose keys and values are concatenated; undefined without the map or its table.
 * `table` is family and name: `inet capsule`.
 */
export async function nftMap(
  table: string,
  map: string,
  signal?: AbortSignal,
): Promise<readonly NftMapElement[] | undefined> {
  try {
    const args = ['--json', 'list', 'map', ...table.split(' '), map];
    const listed = JSON.parse(await nft(args, signal === undefined ? {} : { signal })) as Listed;
    const elements = listed.nftables.flatMap((item) => item.map?.elem ?? []);
    return elements.map(([key, value]) => ({ key: key.concat, value: value.concat }));
  } catch (failure) {
    if (isNotFound(failure)) return undefined;
    throw failure;
  }
}

async function nft(args: readonly string[], options: RunOptions): Promise<string> {
  try {
    return (await run('nft', args, options)).stdout;
  } catch (failure) {
    throw classifyNftFailure(failure);
  }
}

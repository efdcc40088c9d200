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

async function nft(args: readonly string[], options: RunOptions): Promise<string> {
  try {
    return (await run('nft', args, options)).stdout;
  } catch (failure) {
    throw classifyNftFailure(failure);
  }
}

import type { Manifest } from '@capsule/core';
import { MANIFEST_MAX_BYTES, parseManifestFiles } from '@capsule/core/manifest';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { readManifestFiles } from './read-manifest-files.ts';

/** Everything that `-f` names, checked. Fails with `CLI_USAGE`, `CLI_FILE_…`, `MANIFEST_INVALID`. */
export async function readManifests(input: Input, context: Context): Promise<readonly Manifest[]> {
  const paths = input.texts('file');
  if (paths.length === 0) {
    throw input.refuse('-f FILE is missing', 'name a file, a folder, or - with -f');
  }
  return parseManifestFiles(await readManifestFiles(paths, context.stdin, MANIFEST_MAX_BYTES));
}

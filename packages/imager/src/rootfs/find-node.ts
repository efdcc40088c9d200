import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { imagerError } from '../errors.ts';

/** The Node runtime that the project pins, as its npm package carries it. */
export interface PinnedNode {
  readonly version: string;
  readonly binary: string;
}

/** Finds the pinned runtime for an architecture (`x64`, `arm64`) in the checkout's node_modules. */
export async function findNode(repository: string, architecture: string): Promise<PinnedNode> {
  const name = `node-linux-${architecture}`;
  try {
    const manifest = createRequire(join(repository, 'package.json')).resolve(
      `${name}/package.json`,
    );
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
    return { version, binary: join(dirname(manifest), 'bin/node') };
  } catch (cause) {
    throw imagerError.NODE_MISSING({ package: name }, cause);
  }
}

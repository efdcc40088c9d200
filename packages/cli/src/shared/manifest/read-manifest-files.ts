import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestSource } from '@capsule/core';
import { cliError } from '../../errors.ts';
import { localFault } from '../../program/local-fault.ts';
import { openInput } from '../file/open-input.ts';

const MANIFEST_NAME = /\.(?:ya?ml|json)$/;
const CHUNK_BYTES = 64 * 1024;

/**
 * The files that `-f` names: a file, `-`, or a folder, of which `*.yaml`, `*.yml` and `*.json` are
 * taken in the order of their names. A file is read up to one byte above `maxBytes`, which is enough
 * to refuse it.
 */
export async function readManifestFiles(
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<readonly ManifestSource[]> {
  const files = await Promise.all(paths.map(listFiles));
  return Promise.all(
    files.flat().map(async (path) => {
      const { name, chunks } = await openInput(path, stdin, CHUNK_BYTES);
      return { fileName: name, content: await readUpTo(path, chunks, maxBytes + 1) };
    }),
  );
}

async function listFiles(path: string): Promise<readonly string[]> {
  if (path === '-') return [path];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => MANIFEST_NAME.test(name)).sort();
    if (names.length === 0) throw cliError.FOLDER_EMPTY({ path });
    return names.map((name) => join(path, name));
  } catch (error) {
    throw localFault('read', path, error);
  }
}

async function readUpTo(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      parts.push(chunk);
      length += chunk.length;
      if (length >= maxBytes) break;
    }
  } catch (error) {
    throw localFault('read', path, error);
  }
  return Buffer.concat(parts).subarray(0, maxBytes);
}

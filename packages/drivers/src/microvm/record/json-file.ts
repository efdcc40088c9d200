import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type CapsuleError, isCapsuleError } from '@capsule/core';
import { unlessMissing } from '@capsule/host';
import { microVmError } from '../errors.ts';

/**
 * Writes the whole value or nothing, also across a power cut: to a second file, which is synced and then
 * renamed.
 */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const aside = `${path}.new`;
  await using file = await open(aside, 'w', 0o600);
  await file.writeFile(JSON.stringify(value));
  await file.sync();
  await rename(aside, path);
  await using folder = await open(dirname(path));
  await folder.sync();
}

/**
 * Returns undefined where there is no file. Fails with `MICROVM_RECORD_DAMAGED` where the disk cannot read it, or
 * it holds something else than `isValid` takes.
 */
export async function readJson<T>(
  path: string,
  isValid: (value: unknown) => value is T,
): Promise<T | undefined> {
  const text = await unlessMissing(readFile(path, 'utf8')).catch((cause) => refuse(path, cause));
  if (text === undefined) return undefined;
  const value = parse(path, text);
  if (isValid(value)) return value;
  throw microVmError.RECORD_DAMAGED({ path, detail: 'fields are missing' });
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message repeats the text, which may have secrets of the workload.
    throw microVmError.RECORD_DAMAGED({ path, detail: 'it is not JSON' }, cause);
  }
}

/** Errors of a broken disk or filesystem. A lack of descriptors, for instance, is no damage. */
const DAMAGE = ['EIO', 'EBADMSG', 'EUCLEAN', 'EISDIR'];

function refuse(path: string, cause: NodeJS.ErrnoException): never {
  if (!DAMAGE.includes(cause.code ?? '')) throw cause;
  throw microVmError.RECORD_DAMAGED({ path, detail: cause.message }, cause);
}

/** Returns the damage of a record as a value, and its content otherwise. */
export async function orDamage<T>(read: Promise<T>): Promise<T | CapsuleError> {
  try {
    return await read;
  } catch (error) {
    if (isCapsuleError(error) && error.code === microVmError.RECORD_DAMAGED.code) return error;
    throw error;
  }
}

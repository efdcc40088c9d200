import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ContainerSpec } from '@capsule/core';
import type { GuestClient } from '../guest/guest-client.ts';

/** Reads the current content of the capsule's files that a payload has. */
export async function readFiles({ files }: Pick<ContainerSpec, 'files'>) {
  return Promise.all(
    files.map(async ({ source }) => ({
      name: basename(source),
      content: await readFile(source),
    })),
  );
}

/** Sends a guest the current content of the files that it was started with. Idempotent. */
export async function putFiles(guest: GuestClient, spec: ContainerSpec): Promise<void> {
  const files = await readFiles(spec);
  if (files.length > 0) await (await guest.calls()).putFiles({ files });
}

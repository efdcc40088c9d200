import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The key that signs the bundles of a publisher. An image trusts the publisher that built it. */
export interface PublisherKey {
  readonly path: string;
  readonly privateKey: KeyObject;
  /** For the image: PKIX, PEM. */
  readonly publicPem: string;
}

/**
 * Reads the key, or makes it, readable for its owner alone. Machines accept updates only from the key that their
 * image was built with, so the file is worth a backup. Idempotent, also for two builds at once.
 */
export async function openPublisherKey(path: string): Promise<PublisherKey> {
  const privateKey = createPrivateKey((await read(path)) ?? (await make(path)));
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return { path, privateKey, publicPem };
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A link is whole, and does not replace the key that another build made meanwhile. */
async function make(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await link(draft, path).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  return readFile(path, 'utf8');
}

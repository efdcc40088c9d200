import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';
import { localFault } from '../../program/local-fault.ts';
import { makePrivateFolder, replaceFile } from './change-contexts.ts';
import { keyFile, operatorFolder } from './folder.ts';

const OTHERS = 0o077;

/** Reads a private key. Fails with `CLI_KEY_MISSING`, `CLI_KEY_EXPOSED`, `CLI_KEY_INVALID`. */
export async function readKey(path: string): Promise<KeyObject> {
  const text = await readPrivate(path);
  const key = parseKey(text);
  if (key?.asymmetricKeyType !== 'ed25519') throw cliError.KEY_INVALID({ path });
  return key;
}

async function readPrivate(path: string): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & OTHERS) !== 0) throw cliError.KEY_EXPOSED({ path });
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw cliError.KEY_MISSING({ path });
    throw localFault('read', path, error);
  }
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** The key of this operator on this machine; made at the first need. Two commands at once get the same one. */
export async function ensureKey(context: Pick<Context, 'env'>): Promise<KeyObject> {
  const path = keyFile(context);
  await makePrivateFolder(operatorFolder(context));
  const isMissing = await stat(path).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'ENOENT',
  );
  if (isMissing) await makeKey(path);
  return readKey(path);
}

/** Whole or not at all; a key that another command made meanwhile stays. */
async function makeKey(path: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${path}.${randomUUID()}`;
  try {
    await replaceFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    await link(draft, path);
    await replaceFile(`${path}.pub`, publicPem(privateKey));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw localFault('write', path, error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** In the form that `key add` takes: PKIX. */
export function publicPem(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return half.export({ type: 'spki', format: 'pem' }).toString();
}

/** Reads the public key of another operator. Fails with `CLI_FILE_MISSING`, `CLI_KEY_INVALID`. */
export async function readPublicKey(
  path: string,
  stdin: AsyncIterable<Uint8Array>,
): Promise<KeyObject> {
  const text = path === '-' ? await readAll(stdin) : await readText(path);
  const key = /PRIVATE KEY/.test(text) ? undefined : parsePublicKey(text);
  if (key?.asymmetricKeyType !== 'ed25519') throw cliError.KEY_INVALID({ path });
  return key;
}

const MOST_BYTES = 16 * 1024;

async function readText(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES));
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw localFault('read', path, error);
  }
}

async function readAll(stdin: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Without the comments before it, which `key show` prints. */
function parsePublicKey(text: string): KeyObject | undefined {
  try {
    return createPublicKey(text.replaceAll(/^#.*\n/gm, ''));
  } catch {
    return undefined;
  }
}

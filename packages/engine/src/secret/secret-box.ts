import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { secretError } from './errors.ts';
import { writeDurably } from './write-durably.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
/** NIST SP 800-38D: 96 random bits, for fewer than 2^32 secrets with one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts secrets before they are stored on disk, with a key in a file that only root can read. The key is
 * created at first use. It keeps secrets out of copies and backups of the store; it does not hide them from root.
 */
export class SecretBox {
  readonly #path: string;
  #key: Buffer | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** `what` names the secret; only the same name can open it. Fails with `SECRET_KEY_UNUSABLE`. */
  seal(text: string, what: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#makeKey(), nonce).setAAD(Buffer.from(what));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Fails with `SECRET_KEY_UNUSABLE`, `SECRET_UNREADABLE`. */
  open(box: Uint8Array, what: string): string {
    const key = this.#readKey();
    if (key === undefined) {
      throw secretError.KEY_UNUSABLE({ path: this.#path, reason: 'it is missing' });
    }
    try {
      const bytes = Buffer.from(box);
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const options = { authTagLength: TAG_BYTES };
      const cipher = createDecipheriv(CIPHER, key, nonce, options).setAAD(Buffer.from(what));
      cipher.setAuthTag(tag);
      const sealed = bytes.subarray(NONCE_BYTES + TAG_BYTES);
      return cipher.update(sealed, undefined, 'utf8') + cipher.final('utf8');
    } catch (cause) {
      throw secretError.UNREADABLE({ what }, cause);
    }
  }

  /** Reads the file each time: it may have been removed or restored since, and a later process has only the file. */
  #makeKey(): Buffer {
    const stored = readKey(this.#path);
    const key = stored ?? this.#key ?? randomBytes(KEY_BYTES);
    // On the disk before anything is encrypted with it.
    if (stored === undefined) writeDurably(this.#path, key);
    this.#key = key;
    return key;
  }

  #readKey(): Buffer | undefined {
    this.#key ??= readKey(this.#path);
    return this.#key;
  }
}

function readKey(path: string): Buffer | undefined {
  const key = readIfThere(path);
  if (key !== undefined && key.length !== KEY_BYTES) {
    const reason = `it has ${key.length} bytes, not ${KEY_BYTES}`;
    throw secretError.KEY_UNUSABLE({ path, reason });
  }
  return key;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw secretError.KEY_UNUSABLE({ path, reason: String(cause) }, cause);
  }
}

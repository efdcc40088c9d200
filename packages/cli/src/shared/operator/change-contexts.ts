import { randomBytes } from 'node:crypto';
import { access, chmod, constants, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { type Document, isMap, parseDocument } from 'yaml';
import { cliError } from '../../errors.ts';
import type { SavedContext } from '../../program/context/capsule-target.ts';
import type { Context } from '../../program/context/context.ts';
import { localFault } from '../../program/local-fault.ts';
import { withFileLock } from './file-lock.ts';
import { configFile, operatorFolder } from './folder.ts';
import { parseContexts, readConfigText, type SavedContexts } from './read-contexts.ts';

/** The configuration file while one command changes it. Other fields and comments stay as they are. */
export interface Draft {
  readonly before: SavedContexts;
  save(context: SavedContext): void;
  remove(name: string): void;
  /** The current context stays the current one. */
  rename(from: string, to: string): void;
  /** Undefined: no context is the current one. */
  use(name: string | undefined): void;
}

/**
 * Changes the configuration file: one command at a time, and in one step, so that a reader sees the old file or the
 * new one. The file is this user's alone.
 */
export async function changeContexts<T>(
  context: Pick<Context, 'env'>,
  change: (draft: Draft) => T,
): Promise<T> {
  const path = configFile(context);
  await makePrivateFolder(operatorFolder(context));
  return withFileLock(path, async () => {
    const text = (await readConfigText(path)) ?? '';
    const document = parseDocument(text);
    const result = change(draftOf(document, await parseContexts(path, text)));
    await replaceFile(path, document.toString({ lineWidth: 0 }));
    return result;
  });
}

export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  } catch (error) {
    throw localFault('write', folder, error);
  }
}

/** For a command that changes a capsule first, and saves what it did. Fails with `CLI_FILE_UNWRITABLE`. */
export async function requireWritable(context: Pick<Context, 'env'>): Promise<void> {
  const folder = operatorFolder(context);
  await makePrivateFolder(folder);
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    throw localFault('write', folder, error);
  }
}

/** Writes a file of this user alone, as a whole. A link to a file elsewhere stays a link. */
export async function replaceFile(link: string, content: string): Promise<void> {
  const path = await targetOf(link);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw localFault('write', path, error);
  }
}

async function targetOf(link: string): Promise<string> {
  try {
    return await realpath(link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return link;
    throw localFault('write', link, error);
  }
}

function draftOf(document: Document, before: SavedContexts): Draft {
  if (!isMap(document.contents)) document.contents = document.createNode({}) as never;
  return {
    before,
    save(saved) {
      const { name } = saved;
      if (!document.hasIn(['contexts', name]))
        document.setIn(['contexts', name], fieldsOf(document));
      for (const [key, value] of Object.entries(entryOf(saved))) {
        document.setIn(['contexts', name, key], quoted(document, value));
      }
    },
    remove: (name) => void document.deleteIn(['contexts', name]),
    rename(from, to) {
      const entry = document.getIn(['contexts', from], true);
      document.deleteIn(['contexts', from]);
      document.setIn(['contexts', to], entry);
      if (before.current === from) document.set('current', quoted(document, to));
    },
    use: (name) => {
      if (name === undefined) document.delete('current');
      else document.set('current', quoted(document, name));
    },
  };
}

function entryOf({ addr, capsuleId, fingerprint, keyPath }: SavedContext) {
  return {
    addr,
    capsule_id: capsuleId,
    tls_fingerprint_sha256: fingerprint,
    key_path: keyPath,
  };
}

function fieldsOf(document: Document) {
  return document.createNode({});
}

/** In quotes, so that no reader takes digits for a number. */
function quoted(document: Document, value: string) {
  return document.createNode(value, { defaultStringType: 'QUOTE_DOUBLE' } as never);
}

const NAME = /^[A-Za-z0-9][\w.-]{0,62}$/;

/** Fails with `CLI_CONTEXT_NAME`. */
export function requireContextName(name: string): string {
  if (!NAME.test(name)) throw cliError.CONTEXT_NAME({ name });
  return name;
}

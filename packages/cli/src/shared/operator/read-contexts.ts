import { readFile } from 'node:fs/promises';
import { cliError } from '../../errors.ts';
import type { SavedContext } from '../../program/context/capsule-target.ts';
import type { Context } from '../../program/context/context.ts';
import { localFault } from '../../program/local-fault.ts';
import { configFile } from './folder.ts';
import { readPlainConfig } from './plain-config.ts';

export interface SavedContexts {
  /** The name of the context for commands that name none. */
  readonly current: string | undefined;
  /** By name. */
  readonly contexts: readonly SavedContext[];
}

const NONE: SavedContexts = { current: undefined, contexts: [] };

/** The saved contexts; none without a configuration file. Fails with `CLI_CONFIG_INVALID`. */
export async function readContexts(context: Pick<Context, 'env'>): Promise<SavedContexts> {
  const path = configFile(context);
  const text = await readConfigText(path);
  return text === undefined ? NONE : parseContexts(path, text);
}

/** Undefined where there is no such file. */
export async function readConfigText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw localFault('read', path, error);
  }
}

export async function parseContexts(path: string, text: string): Promise<SavedContexts> {
  const config = readPlainConfig(text) ?? (await parseYaml(path, text));
  const { current, contexts } = config as { current?: unknown; contexts?: unknown };
  const entries = Object.entries(mapOf(contexts ?? {}, 'contexts', path));
  return {
    current: typeof current === 'string' && current !== '' ? current : undefined,
    contexts: entries
      .map(([name, fields]) => readContext(name, mapOf(fields, `contexts.${name}`, path), path))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** Loaded here only: it takes longer than a call, and our own files need no more than `readPlainConfig`. */
async function parseYaml(path: string, text: string): Promise<object> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    throw cliError.CONFIG_INVALID({ path, problem: error.message.split('\n')[0] ?? '' });
  }
  return mapOf(document.toJS() ?? {}, 'the file', path);
}

type Fields = Readonly<Record<string, unknown>>;

function mapOf(value: unknown, what: string, path: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw cliError.CONFIG_INVALID({ path, problem: `${what} is not a map` });
}

function readContext(name: string, fields: Fields, path: string): SavedContext {
  const text = (key: string) => {
    const value = fields[key];
    if (typeof value === 'string' && value !== '') return value;
    const state = value === undefined ? 'is missing' : 'is not text: write it in quotes';
    throw cliError.CONFIG_INVALID({ path, problem: `contexts.${name}.${key} ${state}` });
  };
  return {
    name,
    addr: text('addr'),
    capsuleId: text('capsule_id'),
    fingerprint: text('tls_fingerprint_sha256').toLowerCase(),
    keyPath: text('key_path'),
  };
}

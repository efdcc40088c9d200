import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistryHosts, RegistryLogin, RegistrySpec } from '@capsule/core';
import { removeEmptyFolder, unlessMissing } from '@capsule/host';
import { checkLogin } from './check-login.ts';
import { describeHosts, MARK } from './hosts-file.ts';

const FILE = 'hosts.toml';
const CERTIFICATE = 'capsule-ca.crt';
/** The suffix of a file that is being written. */
const ASIDE = '.new';

/** Declares registries for containerd in `<folder>/<host>/hosts.toml`, which it reads at every pull. */
export class ContainerdHosts implements RegistryHosts {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async declare(registries: readonly RegistrySpec[]): Promise<ReadonlyMap<string, unknown>> {
    await mkdir(this.#folder, { recursive: true });
    const failures = new Map<string, unknown>();
    const attempt = async (name: string, work: () => Promise<void>) => {
      await work().catch((failure: unknown) => failures.set(name, failure));
    };
    const wanted = new Map(registries.map((spec) => [spec.name, spec]));
    for (const name of await readdir(this.#folder)) {
      if (wanted.has(name)) continue;
      await attempt(name, async () => {
        if (await this.#isOurs(name)) await this.#remove(name);
      });
    }
    for (const spec of wanted.values()) {
      await attempt(spec.name, async () => {
        if (!(await this.isHandMade(spec.name))) await this.#write(spec);
      });
    }
    return failures;
  }

  async isHandMade(name: string): Promise<boolean> {
    const folder = join(this.#folder, name);
    const text = await readIfThere(join(folder, FILE));
    if (text !== undefined) return !text.startsWith(MARK);
    // containerd's other name for `host:port`, which it looks for first.
    const other = join(this.#folder, name.replace(/:(\d+)$/, '_$1_'));
    if (other !== folder && (await listIfThere(other)) !== undefined) return true;
    // Certificates in Docker's layout, which containerd uses while there is no hosts.toml.
    const files = (await listIfThere(folder)) ?? [];
    return files.some((file) => file !== CERTIFICATE && /\.(crt|cert|key)$/.test(file));
  }

  check(registry: RegistrySpec, login: RegistryLogin, signal: AbortSignal): Promise<void> {
    return checkLogin(registry, login, signal);
  }

  async #isOurs(name: string): Promise<boolean> {
    return (await readIfThere(join(this.#folder, name, FILE)))?.startsWith(MARK) === true;
  }

  /** The certificate is written first, because hosts.toml names it. */
  async #write(spec: RegistrySpec): Promise<void> {
    const folder = join(this.#folder, spec.name);
    const certificate = join(folder, CERTIFICATE);
    await mkdir(folder, { recursive: true });
    if (spec.caCertificate !== '') await replace(certificate, spec.caCertificate);
    await replace(join(folder, FILE), describeHosts(spec, certificate));
    if (spec.caCertificate === '') await rm(certificate, { force: true });
  }

  /**
   * hosts.toml goes last: it marks the folder as capsuled's, and without it containerd would trust a certificate
   * that an interrupted removal left there.
   */
  async #remove(name: string): Promise<void> {
    const folder = join(this.#folder, name);
    for (const file of [`${CERTIFICATE}${ASIDE}`, `${FILE}${ASIDE}`, CERTIFICATE, FILE]) {
      await rm(join(folder, file), { force: true });
    }
    // Other files that an operator keeps there stay.
    await removeEmptyFolder(folder);
  }
}

async function replace(path: string, text: string): Promise<void> {
  if ((await readIfThere(path)) === text) return;
  const aside = `${path}${ASIDE}`;
  const file = await open(aside, 'w', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
}

/** A folder in the place of the file is an operator's, and counts as an empty file. */
async function readIfThere(path: string): Promise<string | undefined> {
  return unlessMissing(
    readFile(path, 'utf8').catch((failure: NodeJS.ErrnoException) => {
      if (failure.code === 'EISDIR') return '';
      throw failure;
    }),
    ['ENOTDIR'],
  );
}

function listIfThere(path: string): Promise<string[] | undefined> {
  return unlessMissing(readdir(path), ['ENOTDIR']);
}

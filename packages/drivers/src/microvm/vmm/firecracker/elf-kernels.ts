import { createHash, randomUUID } from 'node:crypto';
import {
  chmod,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { exists, isElf, unpackKernel } from '@capsule/host';
import { microVmError } from '../../errors.ts';

/** Kernels come and go with updates and experiments; the newest ones are in use. */
const KEPT = 4;
const SUFFIX = '.elf';
/** Enough to recognise an ELF file, which may have fifty megabytes. */
const HEAD_BYTES = 16;

/** Unpacked kernels, in a folder of their own. A machine that has booted needs none of them. */
export class ElfKernels {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Returns the kernel at `path` as an ELF file: the file itself, or an unpacked copy. Fails with
   * `MICROVM_KERNEL_FORMAT`.
   */
  async find(container: string, path: string): Promise<string> {
    if (isElf(await readHead(path))) return path;
    const file = await readFile(path);
    const name = `${createHash('sha256').update(file).digest('hex')}${SUFFIX}`;
    const unpacked = join(this.#folder, name);
    if (await exists(unpacked)) return unpacked;
    const elf = unpackKernel(file);
    if (elf === undefined) throw microVmError.KERNEL_FORMAT({ container, path });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeWhole(unpacked, elf);
    await this.#prune(name);
    return unpacked;
  }

  async #prune(made: string): Promise<void> {
    const others = (await readdir(this.#folder)).filter((name) => name !== made);
    const dated = await Promise.all(
      others.map(async (name) => ({ name, at: (await stat(join(this.#folder, name))).mtimeMs })),
    );
    const old = dated.sort((a, b) => b.at - a.at).slice(KEPT - 1);
    for (const { name } of old) await rm(join(this.#folder, name), { force: true });
  }
}

async function readHead(path: string): Promise<Buffer> {
  await using file = await open(path);
  const head = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
  return head.subarray(0, bytesRead);
}

/** Readable for all users, because monitors are unprivileged. */
async function writeWhole(path: string, content: Buffer): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await writeFile(aside, content);
  await chmod(aside, 0o444);
  await using file = await open(aside);
  await file.sync();
  await rename(aside, path);
}

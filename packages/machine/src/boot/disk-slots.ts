import { open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BootEntry,
  type BootSlots,
  isCapsuleError,
  parseBootEntry,
  printBootEntry,
  type SlotContent,
  type SlotName,
  type SlotsSeen,
  type StagedKernel,
} from '@capsule/core';
import { deviceBytes } from '@capsule/host';
import { slotError } from './errors.ts';
import { writeChecked } from './write-checked.ts';

export interface DiskSlotsParts {
  /** Folder in which the ESP is mounted, writable. */
  readonly esp: string;
  /** The generation of the entry that the machine was booted from. */
  readonly generation: number;
  /** Devices of the slots, found by the identity of the boot disk. */
  readonly devices: Readonly<Record<SlotName, string>>;
}

/** Where the boot loader looks for kernel images: uapi-group.org, Boot Loader Specification, type 2. */
const ENTRIES = 'EFI/Linux';
/** The boot loader ignores names that do not end with `.efi`. */
const STAGED = 'capsule.efi.new';

/** The slots of a GPT disk with an ESP. */
export class DiskSlots implements BootSlots {
  readonly #folder: string;
  readonly #parts: DiskSlotsParts;

  constructor(parts: DiskSlotsParts) {
    this.#parts = parts;
    this.#folder = join(parts.esp, ENTRIES);
  }

  async read(): Promise<SlotsSeen> {
    try {
      const entries = await this.#entries();
      const { generation, esp } = this.#parts;
      const running = entries.find((entry) => entry.generation === generation);
      if (running === undefined) {
        throw slotError.UNREADABLE({ detail: `no entry has the generation ${generation}` });
      }
      const { bavail, bsize } = await statfs(esp);
      const { slot_a, slot_b } = this.#parts.devices;
      const bytes = { slot_a: await slotBytes(slot_a), slot_b: await slotBytes(slot_b) };
      return { running, entries, slotBytes: bytes, espFreeBytes: bavail * bsize };
    } catch (cause) {
      if (isCapsuleError(cause)) throw cause;
      throw slotError.UNREADABLE({ detail: describe(cause) }, cause);
    }
  }

  rename(from: BootEntry, to: BootEntry): Promise<void> {
    return this.#change('the ESP', async () => {
      const target = join(this.#folder, printBootEntry(to));
      await rename(join(this.#folder, printBootEntry(from)), target).catch(async (error) => {
        // It was renamed by a call that was not answered.
        if (!isMissing(error)) throw error;
        await stat(target);
      });
      await syncFile(target);
    });
  }

  remove(entry: BootEntry): Promise<void> {
    return this.#change('the ESP', () =>
      rm(join(this.#folder, printBootEntry(entry)), { force: true }),
    );
  }

  discardStaged(): Promise<void> {
    return this.#change('the ESP', async () => {
      const empty = (await this.#files()).filter(({ bytes }) => bytes === 0);
      for (const name of [STAGED, ...empty.map((file) => file.name)]) {
        await rm(join(this.#folder, name), { force: true });
      }
    });
  }

  writeRoot(slot: SlotName, content: SlotContent, signal?: AbortSignal): Promise<void> {
    const path = this.#parts.devices[slot];
    return writing(slot, () => writeChecked(path, { target: slot, ...content }, signal), signal);
  }

  async stageKernel(content: SlotContent, signal?: AbortSignal): Promise<StagedKernel> {
    await this.discardStaged();
    const path = join(this.#folder, STAGED);
    const target = 'the kernel image';
    try {
      await writing(
        target,
        async () => {
          await using _made = await open(path, 'wx');
          await writeChecked(path, { target, ...content }, signal);
        },
        signal,
      );
    } catch (error) {
      await this.discardStaged();
      throw error;
    }
    return {
      choose: (entry) =>
        this.#change('the ESP', async () => {
          const target = join(this.#folder, printBootEntry(entry));
          await rename(path, target);
          await syncFile(target);
        }),
    };
  }

  async #entries(): Promise<readonly BootEntry[]> {
    const files = await this.#files();
    return files.flatMap(({ entry, bytes }) => (bytes > 0 ? [entry] : []));
  }

  /** The files of entries. An empty one, which a power cut left, boots nothing: the loader does not list it. */
  async #files() {
    const found: { name: string; entry: BootEntry; bytes: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      const entry = parseBootEntry(name);
      if (entry === undefined) continue;
      found.push({ name, entry, bytes: (await stat(join(this.#folder, name))).size });
    }
    return found;
  }

  /** FAT has no journal: a change counts once its folder, and with it the whole filesystem, is on the disk. */
  #change(target: string, change: () => Promise<void>): Promise<void> {
    return writing(target, async () => {
      await change();
      await using folder = await open(this.#folder, 'r');
      await folder.sync();
    });
  }
}

/**
 * FAT gives a renamed file a new entry without size and content, and puts both in when the file is written back
 * (`vfat_rename` of Linux): without this, the loader would find an empty image for up to half a minute.
 */
async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r');
  await file.sync();
}

async function writing(
  target: string,
  write: () => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (isCapsuleError(cause) || signal?.aborted === true) throw cause;
    throw slotError.WRITE_FAILED({ target, detail: describe(cause) }, cause);
  }
}

async function slotBytes(path: string): Promise<number> {
  const { size } = await stat(path);
  return size > 0 ? size : deviceBytes(path);
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

import {
  exists,
  type LogicalVolume,
  type LvmSettings,
  listLogicalVolumes,
  lvm,
} from '@capsule/host';
import { syncPath } from './volume-files.ts';

export interface ThinGroupOptions extends LvmSettings {
  /** The volume group: `capsule`. */
  readonly group: string;
  /** The thin pool in it: `thinpool`. */
  readonly pool: string;
}

/** Thin volumes of one group. Every call is idempotent. */
export class ThinGroup {
  readonly #options: ThinGroupOptions;

  constructor(options: ThinGroupOptions) {
    this.#options = options;
  }

  device(lv: string): string {
    return `/dev/${this.#options.group}/${lv}`;
  }

  list(signal?: AbortSignal): Promise<readonly LogicalVolume[]> {
    return listLogicalVolumes(this.#options, this.#options.group, signal);
  }

  async find(lv: string, signal?: AbortSignal): Promise<LogicalVolume | undefined> {
    return (await this.list(signal)).find(({ name }) => name === lv);
  }

  async pool(signal?: AbortSignal): Promise<LogicalVolume | undefined> {
    return this.find(this.#options.pool, signal);
  }

  /** Creates a thin volume, which reads as zeros. */
  async create(lv: string, sizeBytes: number, signal?: AbortSignal): Promise<void> {
    const { group, pool } = this.#options;
    const shape = ['--type', 'thin', '--virtualsize', `${sizeBytes}b`, '--thinpool', pool];
    await this.#run(['lvcreate', '--yes', ...shape, '--name', lv, group], signal);
  }

  /**
   * Creates a snapshot of another volume's present content. LVM suspends that volume meanwhile, which flushes
   * and freezes a filesystem on it: lvmthin(7), dmsetup(8).
   */
  async snapshot(from: string, lv: string, signal?: AbortSignal): Promise<void> {
    const args = ['--snapshot', '--setactivationskip', 'n', '--name', lv, this.#path(from)];
    await this.#run(['lvcreate', '--yes', ...args], signal);
  }

  /** Makes its device appear. */
  async activate(lv: string, signal?: AbortSignal): Promise<string> {
    const device = this.device(lv);
    if (!(await exists(device)))
      await this.#run(['lvchange', '--yes', '-ay', '-K', this.#path(lv)], signal);
    return device;
  }

  async extend(lv: string, sizeBytes: number, signal?: AbortSignal): Promise<void> {
    const found = await this.find(lv, signal);
    if (found === undefined || found.sizeBytes >= sizeBytes) return;
    await this.#run(['lvextend', '--size', `${sizeBytes}b`, this.#path(lv)], signal);
  }

  async rename(from: string, to: string, signal?: AbortSignal): Promise<void> {
    await this.#run(['lvrename', '--yes', this.#options.group, from, to], signal);
  }

  async remove(lv: string, signal?: AbortSignal): Promise<void> {
    if ((await this.find(lv, signal)) === undefined) return;
    await this.#run(['lvremove', '--yes', this.#path(lv)], signal);
  }

  async #run(args: readonly string[], signal?: AbortSignal): Promise<void> {
    await lvm(this.#options, args, signal);
    // LVM bypasses every cache but the disk's own.
    if (this.#options.device !== undefined) await syncPath(this.#options.device);
  }

  #path(lv: string): string {
    return `${this.#options.group}/${lv}`;
  }
}

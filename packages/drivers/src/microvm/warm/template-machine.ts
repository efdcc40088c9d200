import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packTemplateDisk } from '../disk/boot-disk.ts';
import { vmSockets } from '../record/vm-paths.ts';
import type { Machine } from '../vmm/vmm.ts';

/** Below the users of microVMs, which own TAPs. */
const UID = 0x6fff_fffe;
/** Each disk of a template; a machine that is resumed has others. */
const DISK_BYTES = 4096;
/** No machine that runs has these. */
const TAP = {
  device: 'template0',
  hardwareAddress: '02:ca:00:00:00:00',
  address: '0.0.0.0',
  prefix: 0,
  gateway: '0.0.0.0',
  mtu: 1500,
  uid: UID,
};

export interface TemplateParts {
  /** A machine that was booted: the template is the same in all that a snapshot fixes. */
  readonly like: Machine;
  /** The template's own folder below `/run`, which exists and is empty. */
  readonly folder: string;
  /** The descriptor of its console. */
  readonly screen: number;
}

/** Makes the files of a machine that has nothing of any workload: its disks are empty, its link leads nowhere. */
export async function makeTemplate({ like, folder, screen }: TemplateParts): Promise<Machine> {
  const sockets = vmSockets(folder);
  await mkdir(sockets.folder, { mode: 0o700 });
  await chown(sockets.folder, UID, UID);
  const disks = like.disks.map((disk, index) => ({ ...disk, path: join(folder, `disk${index}`) }));
  for (const [index, { path }] of disks.entries()) {
    const content = index === 0 ? packTemplateDisk() : Buffer.alloc(0);
    const rest = Buffer.alloc(DISK_BYTES - content.length);
    await writeFile(path, Buffer.concat([content, rest]), { mode: 0o600 });
  }
  const { onEnd: _, ...rest } = like;
  return {
    ...rest,
    name: 'template',
    disks,
    tap: TAP,
    folder,
    sockets,
    cgroupFiles: [],
    screen: { output: screen, errors: screen },
  };
}

import { readFileSync } from 'node:fs';
import { DEFAULT_BRIDGE_CIDR, defineErrors } from '@capsule/core';
import * as z from 'zod';

export const configError = defineErrors('CONFIG', {
  INVALID: {
    kind: 'invalid',
    message: (f: { path: string; detail: string }) => `${f.path} is not usable: ${f.detail}`,
    hint: 'correct the file, or remove it to run with the defaults',
  },
});

const schema = z.strictObject({
  /** Where everything that must survive a reboot lives. */
  permPath: z.string().default('/perm'),
  /** Where everything that must not survive one lives. */
  runPath: z.string().default('/run'),
  bridge: z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,14}$/)
        .default('br0'),
      cidr: z.cidrv4().default(DEFAULT_BRIDGE_CIDR),
    })
    .prefault({}),
  images: z
    .strictObject({
      /** A pull that moves no byte for this long is given up and tried again. */
      stallSeconds: z.int().min(1).default(60),
    })
    .prefault({}),
  volumes: z
    .strictObject({
      /** A disk that becomes the thin pool of the volumes, if it is blank: /dev/disk/by-id/… */
      device: z.string().startsWith('/dev/').optional(),
    })
    .prefault({}),
  microVms: z
    .strictObject({
      /** One whose guest agent does not answer for this long is ended, and its restart policy applies. */
      silentSeconds: z.int().min(2).default(60),
      /** A folder with `firecracker` and `jailer`; the image has them in the default one if they were given. */
      firecracker: z.string().startsWith('/').default('/usr/lib/capsule/firecracker'),
      /** Of each disk, and of each link in either direction, of every microVM; absent: as much as it can. */
      limits: z
        .strictObject({
          diskMibPerSecond: z.int().min(1).optional(),
          /** Firecracker alone can keep it: with it, QEMU is not used. */
          linkMibPerSecond: z.int().min(1).optional(),
        })
        .prefault({}),
    })
    .prefault({}),
  workloads: z
    .strictObject({
      /** How many are worked on at the same time. */
      concurrency: z.int().min(1).max(64).default(8),
    })
    .prefault({}),
});

export type Config = z.infer<typeof schema>;

/** Reads the capsule's own settings (JSON). A missing file means defaults. Fails with `CONFIG_INVALID`. */
export function readConfig(path: string): Config {
  const text = readIfThere(path);
  try {
    return schema.parse(text === undefined ? {} : JSON.parse(text));
  } catch (cause) {
    const detail = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw configError.INVALID({ path, detail }, cause);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw configError.INVALID({ path, detail: 'it cannot be read' }, cause);
  }
}

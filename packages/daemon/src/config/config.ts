import { readFileSync } from 'node:fs';
import { DEFAULT_BRIDGE_CIDR, DEFAULT_SPACES_CIDR, defineErrors, isSpacePool } from '@capsule/core';
import * as z from 'zod';

export const configError = defineErrors('CONFIG', {
  INVALID: {
    kind: 'invalid',
    message: (f: { path: string; detail: string }) =>
      `the configuration file ${f.path} is not valid: ${f.detail}`,
    hint: 'correct the file, or remove it to use the defaults',
  },
});

const schema = z.strictObject({
  /** Folder of everything that must survive a reboot. */
  permPath: z.string().default('/perm'),
  /** Folder of everything that must not survive a reboot. */
  runPath: z.string().default('/run'),
  api: z
    .strictObject({
      /** Port of the API on the network; 0: only the unix socket. */
      port: z.int().min(0).max(65_535).default(50_000),
    })
    .prefault({}),
  bridge: z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,14}$/)
        .default('br0'),
      cidr: z.cidrv4().default(DEFAULT_BRIDGE_CIDR),
    })
    .prefault({}),
  spaces: z
    .strictObject({
      /** Network from which each further space gets a /24 that the machine does not use. */
      cidr: z
        .cidrv4()
        .refine(isSpacePool, 'a network with a prefix between 8 and 24')
        .default(DEFAULT_SPACES_CIDR),
    })
    .prefault({}),
  images: z
    .strictObject({
      /** A pull that receives no byte for this long is aborted and retried. */
      stallSeconds: z.int().min(1).default(60),
    })
    .prefault({}),
  volumes: z
    .strictObject({
      /** Disk that becomes the thin pool of the volumes, if it is blank: /dev/disk/by-id/… */
      device: z.string().startsWith('/dev/').optional(),
    })
    .prefault({}),
  microVms: z
    .strictObject({
      /**
       * A microVM whose guest agent does not answer for this long is ended; its restart policy
       * applies.
       */
      silentSeconds: z.int().min(2).default(60),
      /**
       * Folder with `firecracker` and `jailer`; an image built with them has them in the default
       * folder.
       */
      firecracker: z.string().startsWith('/').default('/usr/lib/capsule/firecracker'),
      /**
       * Limit of each disk, and of each direction of each link, of every microVM; absent: no limit.
       */
      limits: z
        .strictObject({
          diskMibPerSecond: z.int().min(1).optional(),
          /** Only Firecracker can enforce this limit: with it, QEMU is not used. */
          linkMibPerSecond: z.int().min(1).optional(),
        })
        .prefault({}),
    })
    .prefault({}),
  workloads: z
    .strictObject({
      /** How many cells are reconciled at the same time. */
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

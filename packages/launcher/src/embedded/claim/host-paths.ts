import { join } from 'node:path';
import { HOST_REPORT } from '@capsule/core';

/** Where the launcher keeps files of the machine, which belong to no single capsule. */
export const RUN_ROOT = '/run/capsule';

/** Default place of a capsule's durable state. */
export const STATE_ROOT = '/var/lib/capsule';

/** Files of one capsule on the host. */
export interface HostPaths {
  /** Bound to /run/capsule inside; the API's socket appears here. */
  readonly runDir: string;
  readonly socket: string;
  /** Problems that the launcher has found on the host; the capsule reads them. */
  readonly report: string;
  /** Held locked by the launcher for as long as it lives. */
  readonly lock: string;
  /** The launcher's record of the running capsule. */
  readonly claim: string;
  readonly resolvConf: string;
  readonly pidFile: string;
}

export function hostPaths(name: string): HostPaths {
  const launcher = join(RUN_ROOT, '.launcher');
  return {
    runDir: join(RUN_ROOT, name),
    socket: join(RUN_ROOT, name, 'capsuled.sock'),
    report: join(RUN_ROOT, name, HOST_REPORT),
    lock: join(launcher, `${name}.lock`),
    claim: join(launcher, `${name}.json`),
    resolvConf: join(launcher, `${name}.resolv.conf`),
    pidFile: join(launcher, `${name}.pid`),
  };
}

/** Held while networks are chosen, and while shared settings of the host are changed. */
export const NETWORK_LOCK = join(RUN_ROOT, '.launcher', '.network.lock');

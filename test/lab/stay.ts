import type { Lab } from '@capsule/testkit';
import { pushBusybox } from './push-busybox.ts';
import type { ContainerManifest } from './workload.ts';

const IMAGE = 'stay:1';
const STAY = 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done';

/** Pushes an image that stays up until it receives a signal. */
export function pushStay(lab: Lab): Promise<void> {
  return pushBusybox(lab, IMAGE, { Cmd: ['/bin/sh', '-c', STAY] });
}

/** A workload with this image and a volume at /data. SIGKILL stops it. */
export function stayingWith(volumeName: string): ContainerManifest {
  return { image: IMAGE, stopSignal: 'SIGKILL', mounts: [{ volumeName, mountPath: '/data' }] };
}

import { completeSpec, type WorkloadSpec } from '@capsule/core';

/** The places of the capsule that appear in a debug container where they are on the capsule. Its devices do, too. */
const SAME_PLACE = ['/opt/kukeon', '/perm', '/run', '/srv'];

/**
 * Describes a container of an image that reaches everything on the capsule: its processes, network, devices and state,
 * and its whole root in /host. It waits for the commands of its session. Pure.
 */
export function debugSpec(name: string, image: string): WorkloadSpec {
  const same = SAME_PLACE.map((path) => ({ source: path, target: path, readOnly: false }));
  return completeSpec({
    name,
    image,
    command: ['/bin/sh', '-c', 'trap exit TERM; while :; do sleep 3600 & wait; done'],
    restartPolicy: 'never',
    networkMode: 'host',
    privileged: true,
    user: '0',
    hostPid: true,
    hostIpc: true,
    hostBindPaths: [...same, { source: '/', target: '/host', readOnly: false }],
    minReadySeconds: 0,
  });
}

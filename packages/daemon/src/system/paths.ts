import path from 'node:path';
import { type ContainerRef, cellKey, HOST_REPORT } from '@capsule/core';
import type { Config } from '../config/config.ts';

export type SystemPaths = ReturnType<typeof systemPaths>;

/** Returns the paths of all files and folders that capsuled owns. */
export function systemPaths({ permPath, runPath }: Pick<Config, 'permPath' | 'runPath'>) {
  const permanent = (name: string) => path.join(permPath, name);
  const volatile = (name: string) => path.join(runPath, name);
  return {
    store: permanent('state.db'),
    /** Large blobs of pushed images, until they are content. */
    blobs: permanent('blobs'),
    content: permanent('containerd/io.containerd.content.v1.content'),
    filesBinary: '/usr/bin/capsule-files',
    shellBinary: '/usr/bin/capsule-shell',
    /** The containers that end with their debug sessions. */
    debug: permanent('debug'),
    certs: permanent('containerd-certs.d'),
    secretKey: permanent('secret.key'),
    tls: permanent('tls'),
    /** The code that the console shows, with which a lost key is recovered. */
    recovery: permanent('recovery'),
    systemLog: permanent('log/capsule.log'),
    workloadLogs: permanent('log/workload'),
    log: ({ cell, container }: ContainerRef) =>
      path.join(permPath, 'log/workload', cellKey(cell), `${container}.log`),
    volumes: permanent('volumes'),
    uploads: permanent('uploads'),
    /** Shown as /opt/kukeon. */
    projection: permanent('kukeon'),
    lvm: permanent('lvm'),
    pool: permanent('pool.json'),
    vms: permanent('microvm'),
    vmImages: permanent('microvm-images'),
    vmKernels: permanent('microvm-kernels'),
    vmSnapshots: permanent('microvm-snapshots'),
    network: volatile('capsule-net'),
    cells: volatile('capsule-cells'),
    mounts: volatile('capsule-volumes'),
    view: volatile('capsule-view'),
    exec: volatile('capsule-exec'),
    vmRun: volatile('capsule-microvm'),
    faultPoint: volatile('capsule/fault-point'),
    hostReport: path.join(runPath, 'capsule', HOST_REPORT),
    containerd: volatile('containerd/containerd.sock'),
    socket: volatile('capsule/capsuled.sock'),
    /** Shown on the console while a client can adopt the capsule. */
    adoption: volatile('capsule/adoption'),
    powerOff: volatile('capsule/power-off-ms'),
    /** PID 1 looks whether it changes. */
    alive: volatile('capsule/alive'),
    /** Says why a machine has no permanent folder. */
    permProblem: volatile('capsule/perm-problem'),
    bootReport: volatile('capsule/boot.json'),
    updateKeys: '/usr/lib/capsule/update-keys',
  };
}

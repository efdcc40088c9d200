import { action, containerAction, defineErrors, imageAction, remedy } from '@capsule/core';

export const workloadError = defineErrors('WORKLOAD', {
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: { name: string }) => `there is no workload named ${f.name}`,
    hint: remedy`${action('workload.list')} shows the workloads`,
  },
  IS_CELL: {
    kind: 'precondition',
    message: (f: { name: string }) => `cell ${f.name} cannot be changed as a workload`,
    why: 'a workload is a cell with one container that has the name of the cell',
    hint: 'apply a manifest of kind Cell, or choose another name for the workload',
  },
  NO_SERIAL_CONSOLE: {
    kind: 'precondition',
    message: (f: { name: string }) => `${f.name} is a container and has no serial console`,
    hint: (f) => remedy`${containerAction('logs', f.name)} shows its output`,
  },
  COPY_NEEDS_RUN: {
    kind: 'precondition',
    message: (f: { name: string; path: string; target: string }) =>
      `${f.path} is in the mount ${f.target} of ${f.name}, which is not running`,
    why: 'the mount exists only while the workload runs; without it, this path is a folder of the image',
    hint: (f) => remedy`start it with ${containerAction('start', f.name)}, then copy again`,
  },
  MEMORY_TOO_SMALL: {
    kind: 'invalid',
    message: (f: { name: string; memoryMib: number; leastMib: number }) =>
      `microVM ${f.name} cannot boot with memoryMib: ${f.memoryMib}`,
    why: (f) => `the capsule's kernel needs ${f.leastMib} MiB`,
    hint: (f) => `write memoryMib: ${f.leastMib} or more`,
  },
  ROOTFS_TAKEN: {
    kind: 'precondition',
    message: (f: { name: string; path: string; holder: string }) =>
      `the root file system ${f.path} of ${f.name} is in use by ${f.holder}`,
    why: 'two kernels that write to the same file system destroy it',
    hint: (f) => `give ${f.name} its own copy, or stop ${f.holder}`,
  },
  ROOTFS_OWN: {
    kind: 'invalid',
    message: (f: { name: string; path: string }) =>
      `${f.name} cannot use ${f.path}: the folder belongs to the capsule`,
    why: 'the capsule keeps volumes and disks of microVMs there, and workloads use them',
    hint: 'move the file to another folder below /perm, such as /perm/vm',
  },
  COPY_INVALID: {
    kind: 'invalid',
    message: (f: { problem: string }) => `cp cannot copy this: ${f.problem}`,
    hint: remedy`use ${action('cp')}`,
  },
  SELECTOR_INVALID: {
    kind: 'invalid',
    message: (f: { selector: string; problem: string }) =>
      `the label selector ${JSON.stringify(f.selector)} is not valid: ${f.problem}`,
    hint: 'write it like app=web,tier!=db,canary,!old',
  },
  EXEC_INVALID: {
    kind: 'invalid',
    message: (f: { problem: string }) => `the command cannot be run: ${f.problem}`,
    hint: remedy`use ${action('workload.exec')}`,
  },
  IMAGE_ABSENT: {
    kind: 'precondition',
    message: (f: { name: string; reference: string; realm: string }) =>
      `${f.name} needs ${f.reference}, which is not in the image cache`,
    why: 'its imagePullPolicy is Never',
    hint: (f) => remedy`push the image with ${imageAction('push', f.realm)}, or change the policy`,
  },
  LIMIT_UNAVAILABLE: {
    kind: 'precondition',
    message: (f: { name: string; limit: string }) =>
      `${f.name} cannot have a limit for ${f.limit}: the kernel lacks the controller`,
    hint: (f) =>
      `remove resources.${f.limit}, or use a kernel with the cgroup controller ${f.limit}`,
  },
  BEING_DELETED: {
    kind: 'precondition',
    message: (f: { name: string }) => `${f.name} is being deleted`,
    hint: 'apply its manifest again to recreate it',
  },
  DEPENDENCY_CYCLE: {
    kind: 'precondition',
    message: (f: { name: string; path: readonly string[] }) =>
      `${f.name} would wait for itself: ${f.path.join(' needs ')}`,
    why: 'a workload starts when all workloads of its dependsOn are ready',
    hint: 'remove one of the names from dependsOn',
  },
  PORT_TAKEN: {
    kind: 'precondition',
    message: (f: { name: string; port: string; holder: string }) =>
      `${f.name} cannot publish ${f.port}: ${f.holder} publishes it already`,
    hint: (f) => `choose another hostPort, or delete ${f.holder}`,
  },
  PORT_ADDRESS_FOREIGN: {
    kind: 'precondition',
    message: (f: { name: string; port: string; address: string }) =>
      `${f.name} cannot publish ${f.port}: the capsule has no address ${f.address}`,
    hint: 'remove the address to publish the port on each address of the capsule, or choose one that the capsule has',
  },
  PORT_KEPT: {
    kind: 'precondition',
    message: (f: { name: string; port: string; holder: string }) =>
      `${f.name} cannot publish ${f.port}: a rollback of ${f.holder} needs it`,
    why: (f) =>
      `the last ready version of ${f.holder} publishes the port, and its present version is not ready yet`,
    hint: (f) => `choose another hostPort, or wait until ${f.holder} is ready`,
  },
  PORT_IN_USE: {
    kind: 'precondition',
    message: (f: { name: string; port: string; program: string }) =>
      `${f.name} cannot publish ${f.port}: ${f.program} listens on it`,
    why: 'the published port would receive the connections of that program',
    hint: 'choose another hostPort, or stop the program',
  },
  PORT_SHADOWED: {
    kind: 'conflict',
    message: (f: { port: string; holder: string; program: string }) =>
      `the published port ${f.port} of ${f.holder} hides the port of ${f.program}`,
    why: 'both use the same port, and new connections go to the published one',
    hint: (f) => `give ${f.holder} another hostPort, or the program another port`,
  },
  BIND_SOURCE_MISSING: {
    kind: 'precondition',
    message: (f: { name: string; source: string }) =>
      `${f.name} cannot mount ${f.source}: the capsule has no such path`,
    hint: (f) =>
      `create ${f.source} on the capsule, or set \`ensure: true\` in a manifest of v1beta1`,
  },
  DEPENDENCY_MISSING: {
    kind: 'precondition',
    message: (f: { name: string; missing: readonly string[] }) =>
      `${f.name} depends on ${f.missing.join(' and ')}, which ${f.missing.length > 1 ? 'do' : 'does'} not exist`,
    why: 'the workload would wait forever',
    hint: 'apply both manifests together, or remove the name from dependsOn',
  },
});

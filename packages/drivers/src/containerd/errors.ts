import { action, containerAction, defineErrors, remedy } from '@capsule/core';

interface Container {
  readonly container: string;
}

export const runtimeError = defineErrors('RUNTIME', {
  UNAVAILABLE: {
    kind: 'unavailable',
    message: (f: { socketPath: string; detail: string }) =>
      `containerd does not answer at ${f.socketPath}`,
    why: (f) => f.detail,
    hint: remedy`the capsule restarts containerd; read ${action('capsule.logs')} if this continues`,
  },
  TIMEOUT: {
    kind: 'timeout',
    message: (_: { detail: string }) => 'containerd took too long to answer',
    why: (f) => f.detail,
  },
  FAILED: {
    kind: 'internal',
    message: (f: { action: string; detail: string }) => `containerd could not ${f.action}`,
    why: (f) => f.detail,
  },
  DISK_FULL: {
    kind: 'exhausted',
    message: (f: { action: string; detail: string }) =>
      `containerd could not ${f.action}: no space is left on the capsule's disk`,
    why: (f) => f.detail,
    hint: remedy`free space: ${action('image.prune')} removes images that no workload uses, and ${action('workload.delete')} removes workloads and their files`,
  },
  IMAGE_MISSING: {
    kind: 'precondition',
    message: (f: Container & { image: string }) =>
      `image ${f.image} of container ${f.container} is not on this capsule`,
    hint: 'pull or push the image first',
  },
  CONTAINER_MISSING: {
    kind: 'notFound',
    message: (f: Container) => `there is no container ${f.container}`,
  },
  NOT_RUNNING: {
    kind: 'precondition',
    message: (f: Container) => `${f.container} is not running`,
    hint: (f) => remedy`start it with ${containerAction('start', f.container)}`,
  },
  BIND_SOURCE_MISSING: {
    kind: 'precondition',
    message: (f: Container & { source: string }) =>
      `container ${f.container} cannot mount ${f.source}: the capsule has no such path`,
    hint: 'create the path on the capsule, or remove it from hostBindPaths',
  },
  DEVICE_MISSING: {
    kind: 'precondition',
    message: (f: Container & { device: string }) =>
      `container ${f.container} cannot use ${f.device}: the capsule has no such device`,
    hint: 'connect the device, or remove it from devices',
  },
  CAPABILITY_UNAVAILABLE: {
    kind: 'precondition',
    message: (f: Container & { names: readonly string[] }) =>
      `container ${f.container} cannot have ${f.names.join(', ')}`,
    why: 'the capsule itself does not have this capability',
    hint: 'remove it from `capabilities.add`',
  },
  SHIM_LEFT: {
    kind: 'internal',
    message: (f: Container & { pids: readonly number[] }) =>
      `the shim of container ${f.container} does not end (process ${f.pids.join(', ')})`,
    why: 'the kernel holds it, perhaps because a disk does not answer; the container may still be in use',
    hint: 'capsuled retries; look at the disks of the capsule if this continues',
  },
  START_FAILED: {
    kind: 'internal',
    message: (f: Container & { detail: string }) =>
      `container ${f.container} could not be started: ${f.detail}`,
  },
});

interface Reference {
  readonly reference: string;
}

interface WithDetail extends Reference {
  /** The detail that containerd reports, for logs. */
  readonly detail: string;
}

/** References to a registry on the capsule itself. */
const LOCAL = /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?\//;

export const imageError = defineErrors('IMAGE', {
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: WithDetail) => `image ${f.reference} was not found in its registry`,
    hint: 'check the name and the tag of the image',
  },
  ABSENT: {
    kind: 'notFound',
    message: (f: Reference) => `image ${f.reference} is not in the cache`,
    hint: remedy`${action('image.list')} shows the images; ${action('image.pull')} fetches one`,
  },
  DENIED: {
    kind: 'denied',
    message: (f: WithDetail) => `the registry denies access to image ${f.reference}`,
    why: 'the image does not exist, or the registry needs a login',
    hint: (f) =>
      remedy`${action('registry.login', { registry: f.reference.split('/')[0] ?? '', user: 'USER' })} stores your credentials`,
  },
  REGISTRY_UNREACHABLE: {
    kind: 'unavailable',
    message: (f: WithDetail & { reason: string }) =>
      `image ${f.reference} could not be pulled: ${f.reason}`,
    hint: (f) =>
      LOCAL.test(f.reference)
        ? remedy`no registry runs at that address of the capsule; ${action('image.push')} loads the image without a registry`
        : remedy`check the name of the registry and the network; ${action('image.push')} loads an image without a registry`,
  },
  STALLED: {
    kind: 'timeout',
    message: (f: Reference & { seconds: number }) =>
      `fetching image ${f.reference} made no progress for ${f.seconds} s`,
    hint: 'check the network and the registry',
  },
  INVALID: {
    kind: 'invalid',
    message: (f: { subject: string; reason: string; detail?: string }) =>
      `${f.subject} is not a usable image: ${f.reason}`,
  },
  DISK_FULL: {
    kind: 'exhausted',
    message: (f: { subject: string }) => `no space is left on the capsule's disk for ${f.subject}`,
    hint: remedy`free space: ${action('image.prune')} removes images that no workload uses, and ${action('workload.delete')} removes workloads and their files`,
  },
  UNNAMED: {
    kind: 'invalid',
    message: (_: { digest: string }) => 'the archive holds an image without a name',
    why: 'the image has no name, or only a tag',
    hint: remedy`name it with ${action('image.push', { name: 'NAME:TAG', file: 'FILE' })}, or save it by name with \`docker save NAME:TAG\``,
  },
  AMBIGUOUS: {
    kind: 'invalid',
    message: (f: { name: string }) => `the name ${f.name} needs an archive with exactly one image`,
    hint: 'leave out --name, or save only one image',
  },
  NAMED_BY_DIGEST: {
    kind: 'invalid',
    message: (f: { name: string }) => `${f.name} names an image by its digest`,
    hint: 'leave out the digest: write NAME or NAME:TAG',
  },
});

/**
 * containerd inside a capsule. Its root is the one writable place that survives; the CRI and
 * everything else that only Kubernetes or another snapshotter needs is off, for start time and
 * memory. `config_path` of the Transfer service is where registry mirrors are declared.
 */
export const containerdConfig = `version = 3
root = '/perm/containerd'
state = '/run/containerd'
disabled_plugins = [
  'io.containerd.cri.v1.images',
  'io.containerd.cri.v1.runtime',
  'io.containerd.grpc.v1.cri',
  'io.containerd.differ.v1.erofs',
  'io.containerd.internal.v1.tracing',
  'io.containerd.monitor.container.v1.restart',
  'io.containerd.nri.v1.nri',
  'io.containerd.snapshotter.v1.blockfile',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.erofs',
  'io.containerd.snapshotter.v1.zfs',
  'io.containerd.tracing.processor.v1.otlp',
]

[debug]
  level = 'warn'

[grpc]
  address = '/run/containerd/containerd.sock'

[plugins]
  [plugins.'io.containerd.internal.v1.opt']
    path = '/perm/containerd/opt'

  [plugins.'io.containerd.transfer.v1.local']
    config_path = '/perm/containerd-certs.d'
    max_concurrent_downloads = 4

  # The default collects after a hundred deletions: until then removed layers would fill the disk.
  [plugins.'io.containerd.gc.v1.scheduler']
    deletion_threshold = 1
    schedule_delay = '1s'
`;

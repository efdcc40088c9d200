/** Block devices with the disks of a stopped microVM. */
export interface StoppedDevices {
  readonly image: string;
  readonly writable: string;
}

/** The disks and folders from which the root of a stopped microVM is mounted. */
export interface StoppedRoot {
  readonly imageDisk: string;
  readonly writableDisk: string;
  /** Three empty folders: for the image, for the writable disk, and for the root made of both. */
  readonly places: { readonly image: string; readonly writable: string; readonly root: string };
  readonly isReadOnly: boolean;
}

/**
 * Mounts both disks in a namespace that ends with the program, and the program ends with capsuled: the next
 * capsuled must not give a mounted disk to a guest. A writable disk that no guest has used yet gets the
 * folders that a guest would make.
 */
const SCRIPT = `set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
image=$1 disk=$2 image_at=$3 disk_at=$4
shift 4
mount -t erofs -o ro,nosuid,nodev "$image" "$image_at"
mount -t ext4 -o nosuid,nodev "$disk" "$disk_at"
mkdir -p "$disk_at/work"
if [ ! -e "$disk_at/upper" ]; then
  mkdir "$disk_at/upper"
  chown --reference="$image_at" "$disk_at/upper"
  chmod --reference="$image_at" "$disk_at/upper"
fi
exec "$@"
`;

/**
 * Returns the command with which capsule-files works on such a root; the arguments of capsule-files follow
 * it. Pure.
 */
export function describeRoot(
  { places, isReadOnly }: Pick<StoppedRoot, 'places' | 'isReadOnly'>,
  devices: StoppedDevices,
  filesBinary: string,
): readonly [string, ...string[]] {
  const { image, writable, root } = places;
  const layers = `lowerdir=${image},upperdir=${writable}/upper,workdir=${writable}/work`;
  return [
    '/usr/bin/setpriv',
    ...[
      '--pdeathsig',
      'KILL',
      '/usr/bin/unshare',
      '--mount',
      '--propagation',
      'slave',
      '/bin/sh',
      '-c',
      SCRIPT,
      'stopped',
    ],
    ...[devices.image, devices.writable, image, writable],
    ...[filesBinary, 'mount', 'overlay', 'overlay', layers, '/', root, isReadOnly ? 'ro' : 'rw'],
  ];
}

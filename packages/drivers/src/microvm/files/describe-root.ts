/** Block devices with the disks of a microVM that does not run. */
export interface StoppedDevices {
  readonly image: string;
  readonly writable: string;
}

/** What the root of a microVM that does not run is made of. */
export interface StoppedRoot {
  readonly imageDisk: string;
  readonly writableDisk: string;
  /** Three empty folders: for the image, for what is written, and for the root of both. */
  readonly places: { readonly image: string; readonly writable: string; readonly root: string };
  readonly isReadOnly: boolean;
}

/**
 * Both disks are mounted in a namespace that ends with the program, and that ends with us: a disk that is still mounted
 * must not be given to a guest by the next capsuled.
 * A disk that no guest has had yet gets what a guest would make of it.
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

/** The command by which capsule-files works on such a root; its own words follow. Pure. */
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

import type { GuestProfile } from '../profile.ts';

export const guestProfile: GuestProfile = {
  runtime: { package: 'crun', program: '/usr/bin/crun' },
  modules: [
    ...['virtio_mmio', 'virtio_pci', 'virtio_blk', 'virtio_net', 'virtio_balloon', 'virtio_rng'],
    'vmw_vsock_virtio_transport',
    'crc32c_intel', // checksums of EROFS and ext4, on processors that have them
    ...['erofs', 'ext4', 'overlay'],
  ],
};

import type { MachineProfile, Profile } from '../profile.ts';
import { capsuleProfile } from './capsule.ts';
import { chronyConfig, dhcpConfig, dhcpHook } from './machine-network.ts';

/** Modules that no device asks for by itself, one a line: `modprobe` gets them with those of the hardware. */
const MODULES = ['bridge', 'br_netfilter', 'dm_thin_pool', 'loop', 'tun', 'veth', 'vhost_vsock'];

/** Of machines: the networks' and the clock's. Both run before capsuled and stop after it. */
const SERVICES = `[dhcpcd]
exec = /usr/sbin/dhcpcd --nobackground --config /etc/dhcpcd.conf

[chronyd]
exec = /usr/sbin/chronyd -d -f /etc/chrony/chrony.conf
`;

const USERS = `root:x:0:0:root:/root:/bin/sh
dhcpcd:x:100:65534:DHCP client:/usr/lib/dhcpcd:/usr/sbin/nologin
_chrony:x:101:65534:clock:/var/lib/chrony:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`;

const machine: MachineProfile = {
  kernel: { x64: 'linux-image-cloud-amd64', arm64: 'linux-image-cloud-arm64' },
  firstModules: [
    ...['virtio_blk', 'virtio_scsi', 'sd_mod', 'nvme', 'ahci'],
    ...['sha256_ssse3', 'crc32c_intel', 'dm_verity', 'erofs', 'overlay', 'efivarfs', 'efi_pstore'],
  ],
  programs: {
    packages: ['chrony', 'dhcpcd-base', 'dosfstools'],
    fromSid: {},
    programs: ['/usr/sbin/chronyd', '/usr/bin/chronyc', '/usr/sbin/dhcpcd', '/usr/sbin/fsck.fat'],
    data: [],
    checks: [
      ['/usr/sbin/chronyd', '--version'],
      ['/usr/sbin/dhcpcd', '--version'],
      ['/usr/sbin/fsck.fat', '--help'],
    ],
  },
  files: {
    '/etc/capsule/machine.conf': { content: SERVICES },
    '/etc/capsule/board': { content: 'vm\n' },
    '/etc/capsule/modules': { content: `${MODULES.join('\n')}\n` },
    '/etc/passwd': { content: USERS },
    '/etc/dhcpcd.conf': { content: dhcpConfig },
    '/usr/lib/capsule/dhcp-hook': { content: dhcpHook, mode: 0o755 },
    '/etc/chrony/chrony.conf': { content: chronyConfig },
    // The privilege-separated half of dhcpcd is confined to it.
    '/usr/lib/dhcpcd/.keep': { content: '' },
  },
};

/** Capsule as an operating system on virtual hardware. */
export const vmProfile: Profile = { ...capsuleProfile, name: 'vm', machine };

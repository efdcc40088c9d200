import type { Profile } from '../profile.ts';
import { cliLauncher } from './cli-launcher.ts';
import { containerdConfig } from './containerd-config.ts';
import { guestProfile } from './guest-profile.ts';
import { serviceTable } from './service-table.ts';
import { sudoFiles } from './sudo-files.ts';
import { vmmPrograms } from './vmm-programs.ts';

/** The rootfs of a capsule, the same for every way of running it. */
export const capsuleProfile: Profile = {
  name: 'capsule',
  suite: 'trixie',
  packages: [
    'base-files', // the merged-usr links and os-release
    'ca-certificates', // registries speak TLS
    'coreutils',
    'dash', // /bin/sh for the helpers of lvm2 and e2fsprogs, and for an operator
    'e2fsprogs',
    'iproute2',
    'kmod',
    'libatomic1', // Node, on some architectures
    'libstdc++6', // Node
    'lvm2',
    'mount',
    'nftables',
    'runc',
    'sudo', // documentation prints commands with it
    'thin-provisioning-tools', // lvm2 checks a pool with them before it is used
    'util-linux', // losetup, nsenter, blkid
  ],
  // containerd 1.7 of Debian 13 ignores registry mirrors in its Transfer service.
  fromSid: { containerd: '2.1.*' },
  pruned: [
    '/boot/',
    '/home/',
    '/media/',
    '/mnt/',
    '/srv/',
    '/etc/apt/',
    '/etc/cron.d/',
    '/etc/dpkg/',
    '/etc/hostname', // of the building machine
    '/etc/resolv.conf', // of the building machine
    '/etc/init.d/',
    '/etc/lvm/archive/',
    '/etc/lvm/backup/',
    '/etc/sudo_logsrvd.conf',
    '/etc/sudoers.d/',
    '/usr/bin/c_rehash',
    '/usr/bin/cvtsudoers',
    '/usr/bin/lto-dump',
    '/usr/bin/openssl',
    '/usr/bin/sudoreplay',
    '/usr/include/',
    '/usr/lib/cni/',
    '/usr/lib/containerd/',
    '/usr/lib/systemd/',
    '/usr/libexec/sudo/audit_json.so',
    '/usr/libexec/sudo/sudo_intercept.so',
    '/usr/sbin/sudo_logsrvd',
    '/usr/sbin/sudo_sendlog',
    '/usr/sbin/visudo',
    '/usr/lib/x86_64-linux-gnu/gconv/', // conversions of character sets
    '/usr/lib/aarch64-linux-gnu/gconv/',
    '/usr/share/bash-completion/',
    '/usr/share/common-licenses/',
    '/usr/share/debconf/',
    '/usr/share/dict/',
    '/usr/share/doc/',
    '/usr/share/fish/',
    '/usr/share/gcc/',
    '/usr/share/gdb/',
    '/usr/share/info/',
    '/usr/share/lintian/',
    '/usr/share/locale/',
    '/usr/share/man/',
    '/usr/share/menu/',
    '/usr/share/perl5/',
    '/usr/share/pixmaps/',
    '/usr/share/zsh/',
    '/var/cache/',
    '/var/lib/apt/',
    '/var/lib/dpkg/',
    '/var/log/',
  ],
  checks: [
    ['/usr/bin/containerd', '--version'],
    ['/usr/bin/ctr', '--version'],
    ['/usr/sbin/runc', '--version'],
    ['/usr/sbin/nft', '--version'],
    ['/usr/sbin/ip', '-V'],
    ['/usr/sbin/lvs', '--version'],
    ['/usr/sbin/thin_check', '--version'],
    ['/usr/sbin/mkfs.ext4', '-V'],
    ['/usr/bin/mount', '--version'],
    ['/usr/sbin/losetup', '--version'],
    ['/usr/bin/sh', '-c', 'true'],
  ],
  vmm: vmmPrograms,
  guest: guestProfile,
  files: {
    '/etc/containerd/config.toml': { content: containerdConfig },
    '/etc/capsule/services.conf': { content: serviceTable },
    '/etc/passwd': {
      content:
        'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
    },
    '/etc/group': { content: 'root:x:0:\ntty:x:5:\ndisk:x:6:\nnogroup:x:65534:\n' },
    '/etc/shadow': { content: 'root:*:20000:0:99999:7:::\n', mode: 0o600 },
    '/etc/nsswitch.conf': { content: 'passwd: files\ngroup: files\nhosts: files dns\n' },
    '/etc/hosts': { content: '127.0.0.1 localhost\n::1 localhost\n' },
    '/etc/fstab': { content: '' },
    '/etc/machine-id': { content: '' },
    ...sudoFiles,
    '/usr/bin/capsulectl': { content: cliLauncher('capsulectl'), mode: 0o755 },
    '/usr/bin/kuke': { content: cliLauncher('kuke'), mode: 0o755 },
  },
  directories: [
    '/perm',
    '/srv',
    '/opt/kukeon',
    '/proc',
    '/sys',
    '/dev',
    '/run',
    '/tmp',
    '/var/log',
    '/var/tmp',
  ],
};

/** The program's output goes to the second serial line; the kernel has the first. */
export const OUTPUT = '/dev/ttyS1';
/** The first line: the kernel has come so far. */
export const BEGIN_MARK = '@begin';
/** The last line of a program's output. */
export const EXIT_MARK = '@exit ';

/** The first program of a virtual machine: loads drivers, enters the rootfs, runs one program there. */
export function guestInit(modules: readonly string[], command: readonly string[]): string {
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return `#!/bin/busybox sh
busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sysfs /sys
$busybox mount -t devtmpfs devtmpfs /dev
for module in ${modules.join(' ')}; do
  $busybox insmod /modules/$module.ko || echo "module $module is not loaded"
done
$busybox mount -t ext4 /dev/vda /root || $busybox poweroff -f
for place in proc sys dev; do $busybox mount --move /$place /root/$place; done
$busybox mount -t tmpfs tmpfs /root/run
$busybox mount -t tmpfs tmpfs /root/tmp
$busybox cp /files/* /root/tmp/
$busybox mkdir -p /root/usr/lib/capsule
$busybox cp -r /capsule/* /root/usr/lib/capsule/
$busybox stty -F /root${OUTPUT} raw -echo
echo '${BEGIN_MARK}' >/root${OUTPUT}
cd /root
# Whoever enters a mount namespace of a container comes to the root of all mounts, not to one of chroot(2).
$busybox mount --move . /
PATH=/usr/sbin:/usr/bin CAPSULE_TEST_IN_MACHINE=1 HOME=/root \\
  $busybox chroot . ${words} >.${OUTPUT} 2>&1 <./dev/null
code=$?
$busybox sync
echo >.${OUTPUT}
echo '${EXIT_MARK}'$code >.${OUTPUT}
$busybox poweroff -f
`;
}

/** A cell's `/etc/hosts`: loopback names, and the cell's own name and address. */
export function planHostsFile(hostname: string, address: string): string {
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    `${address}\t${hostname}`,
    '',
  ].join('\n');
}

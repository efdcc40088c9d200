import { type CapsuleError, defineErrors, type HostProblem } from '@capsule/core';

/** Faults of the host of a capsule. The capsule runs; something of it does not work, or not from everywhere. */
export const hostError = defineErrors('HOST', {
  FORWARDING_OFF: {
    kind: 'precondition',
    message: () => 'this host does not forward IPv4',
    why: 'another program turned forwarding off after the capsule started; workloads cannot reach other machines',
    hint: 'run sysctl -w net.ipv4.ip_forward=1, and remove the setting that turns forwarding off from /etc/sysctl.d',
  },
  FIREWALL_DROPS: {
    kind: 'precondition',
    message: (f: { chains: readonly string[]; link: string }) =>
      `the firewall of this host drops packets from ${f.link}: ${f.chains.join(', ')}`,
    why: 'the capsule cannot reach other machines; it changes only its own firewall table and the chain DOCKER-USER',
    hint: (f) =>
      `accept forwarding from and to ${f.link}: ufw route allow in on ${f.link} && ufw route allow out on ${f.link}; ` +
      `or firewall-cmd --permanent --zone=trusted --add-interface=${f.link} && firewall-cmd --reload; ` +
      `or iptables -I FORWARD -i ${f.link} -j ACCEPT && iptables -I FORWARD -o ${f.link} -j ACCEPT`,
  },
  NETWORK_OVERLAP: {
    kind: 'conflict',
    message: (f: { cidr: string; others: readonly string[]; free: string; config: string }) =>
      `this host also uses the network of the workloads, ${f.cidr}: ${f.others.join(', ')}`,
    why: 'the capsule routes these addresses to workloads, so packets of a workload never reach that network',
    hint: (f) =>
      `write {"bridge": {"cidr": "${f.free}"}} to ${f.config}, then stop and start the capsule`,
  },
  RESOLVERS_UNREACHABLE: {
    kind: 'unavailable',
    message: (f: { found: string }) => `no name server of this host can be used: ${f.found}`,
    why: 'a capsule can use only name servers with an IPv4 address that is not a loopback address',
    hint: 'add a name server with an IPv4 address, such as that of your router, to /etc/resolv.conf; until then only names of workloads resolve',
  },
  PORT_TAKEN: {
    kind: 'conflict',
    message: (f: { protocol: string; port: number; detail: string; address: string }) =>
      `port ${f.port}/${f.protocol} of the capsule is not available at 127.0.0.1: ${f.detail}`,
    why: 'at 127.0.0.1 another program answers instead of the workload',
    hint: (f) =>
      `stop the other program, publish another port, or connect to ${f.address} instead of 127.0.0.1`,
  },
  STATE_NOEXEC: {
    kind: 'precondition',
    message: (f: { folder: string; mount: string }) =>
      `${f.folder} is on a filesystem that is mounted noexec: ${f.mount}`,
    why: 'this filesystem holds the files of the containers, and noexec prevents their programs from running',
    hint: (f) =>
      `run mount -o remount,exec ${f.mount}, or keep the state of capsules on another filesystem`,
  },
  UNKNOWN: {
    kind: 'internal',
    message: (f: { aspect: string; detail: string }) =>
      `the launcher cannot check the ${f.aspect} of this host: ${f.detail}`,
    hint: 'the launcher tries again in a moment; until then it cannot report faults of this kind',
  },
});

export function problemOf({ code, message, why, hint = '' }: CapsuleError): HostProblem {
  return { code, message: why === undefined ? message : `${message}; ${why}`, hint };
}

/** One line for a person. */
export function describeProblem({ code, message, hint }: HostProblem): string {
  return `${code}: ${message} (${hint})`;
}

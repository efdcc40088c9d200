import { isIPv4 } from '../../network/ipv4.ts';
import { isName } from '../../resource/name.ts';
import type { WorkloadSpec } from '../../resource/workload/workload.ts';
import type { Problem } from '../problem.ts';
import { problemsOfLength, quote } from './rule.ts';

const HOSTNAME =
  /^(?=.{1,253}$)[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*$/;
/** The kernel's limit for the name of a machine. */
const OWN_NAME_MOST = 63;
const HOSTS_MOST = 256;
const ALIASES_MOST = 64;
/** The most entries of each that C libraries read. */
const NAMESERVERS_MOST = 3;
const SEARCHES_MOST = 6;
const OPTION = /^[a-z][-a-z0-9]*(:\d{1,5})?$/;

/** The rules of what a workload is called and what it finds by name. Paths are those of a manifest. */
export function validateNames(spec: WorkloadSpec): readonly Problem[] {
  return [
    ...validateHostname(spec.hostname),
    ...validateHostMode(spec),
    ...problemsOfLength('container.extraHosts', spec.extraHosts, HOSTS_MOST),
    ...spec.extraHosts.flatMap(({ hostname, address }, index): Problem[] => {
      const path = `container.extraHosts[${index}]`;
      if (!HOSTNAME.test(hostname)) {
        return [{ path: `${path}.hostname`, message: `${quote(hostname)} is not a host name` }];
      }
      if (isAddress(address)) return [];
      return [{ path: `${path}.address`, message: `${quote(address)} is not an IP address` }];
    }),
    ...validateDns(spec),
    ...validateAliases(spec.aliases ?? []),
  ];
}

/** An alias is one label of a DNS name, as the name of a cell is. */
function validateAliases(aliases: readonly string[]): Problem[] {
  const hint = 'use lower-case letters, digits and hyphens, at most 63 characters';
  return [
    ...problemsOfLength('container.aliases', aliases, ALIASES_MOST),
    ...aliases.flatMap((alias, index): Problem[] =>
      isName(alias)
        ? []
        : [{ path: `container.aliases[${index}]`, message: `${quote(alias)} is not a name`, hint }],
    ),
  ];
}

function validateHostname(hostname: string): Problem[] {
  if (hostname === '') return [];
  if (HOSTNAME.test(hostname) && hostname.length <= OWN_NAME_MOST) return [];
  const hint = `use at most ${OWN_NAME_MOST} letters, digits, \`-\` and \`.\``;
  return [{ path: 'container.hostname', message: `${quote(hostname)} is not a host name`, hint }];
}

/** On the capsule's own network the capsule's own files count. */
function validateHostMode({ networkMode, extraHosts, dns }: WorkloadSpec): Problem[] {
  if (networkMode !== 'host') return [];
  const isDns = [dns.nameservers, dns.searches, dns.options].some((list) => list.length > 0);
  const message = 'has no effect in host mode, which uses the files of the capsule';
  const hint = 'remove it, or use bridge mode';
  return [
    ...(extraHosts.length > 0 ? [{ path: 'container.extraHosts', message, hint }] : []),
    ...(isDns ? [{ path: 'container.dns', message, hint }] : []),
  ];
}

function validateDns({ dns }: WorkloadSpec): Problem[] {
  const path = 'container.dns';
  return [
    ...problemsOfLength(`${path}.nameservers`, dns.nameservers, NAMESERVERS_MOST),
    ...problemsOfLength(`${path}.searches`, dns.searches, SEARCHES_MOST),
    ...problemsOfLength(`${path}.options`, dns.options, 16),
    ...notMatching(`${path}.nameservers`, dns.nameservers, isIPv4, 'an IPv4 address'),
    ...notMatching(`${path}.searches`, dns.searches, (text) => HOSTNAME.test(text), 'a domain'),
    ...notMatching(
      `${path}.options`,
      dns.options,
      (text) => OPTION.test(text),
      'a resolver option',
    ),
  ];
}

function notMatching(
  path: string,
  texts: readonly string[],
  isRight: (text: string) => boolean,
  what: string,
): Problem[] {
  return texts.flatMap((text, index) =>
    isRight(text) ? [] : [{ path: `${path}[${index}]`, message: `${quote(text)} is not ${what}` }],
  );
}

function isAddress(text: string): boolean {
  return isIPv4(text) || isIPv6(text);
}

/** RFC 4291, without a zone. */
function isIPv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const hasIPv4 = isIPv4(last);
  const hex = hasIPv4 ? groups.slice(0, -1) : groups;
  const count = hex.length + (hasIPv4 ? 2 : 0);
  const isFull = halves.length === 2 ? count <= 7 : count === 8;
  return isFull && hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group));
}

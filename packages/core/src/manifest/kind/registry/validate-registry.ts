import { isRegistryName, type RegistrySpec } from '../../../resource/registry/registry.ts';
import type { Problem } from '../../problem.ts';
import { problemsOfLength, quote } from '../../validate/rule.ts';

const MIRRORS_MOST = 16;
const CERTIFICATES_MOST = 64 * 1024;
const PEM =
  /^(\s*(#.*\n)?-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----)+\s*$/;

/** The rules of what is declared of a registry. Paths are those of a manifest. */
export function validateRegistry(spec: RegistrySpec): readonly Problem[] {
  const { name, mirrors, plainHttp, insecure, caCertificate } = spec;
  const problems: Problem[] = [...problemsOfLength('registry.mirrors', mirrors, MIRRORS_MOST)];
  if (!isRegistryName(name)) {
    const hint = 'a host, with a port where it needs one: docker.io, registry.home:5000';
    problems.push({ path: 'name', message: `${quote(name)} is not a registry`, hint });
  }
  mirrors.forEach((mirror, index) => {
    const path = `registry.mirrors[${index}]`;
    if (mirrors.indexOf(mirror) < index) {
      const hint = 'name each mirror once';
      problems.push({ path, message: `${quote(mirror)} is there already`, hint });
    }
    if (isOrigin(mirror)) return;
    const hint = 'https://HOST or http://HOST:PORT, without a path, user or password';
    problems.push({ path, message: `${quote(mirror)} is not a mirror`, hint });
  });
  if (plainHttp && (insecure || caCertificate !== '')) {
    const message = 'has no certificate that could be trusted or not';
    problems.push({ path: 'registry.plainHttp', message, hint: 'leave the other one out' });
  }
  const isPem = caCertificate.length <= CERTIFICATES_MOST && PEM.test(caCertificate);
  if (caCertificate !== '' && !isPem) {
    const hint = '-----BEGIN CERTIFICATE----- …, as a block (|)';
    problems.push({ path: 'registry.caCertificate', message: 'is not PEM', hint });
  }
  return problems;
}

const ORIGIN = /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?\/?$/;

function isOrigin(text: string): boolean {
  return ORIGIN.test(text) && URL.canParse(text);
}

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
    const hint = 'write a host, with its port if it has one: docker.io, registry.home:5000';
    problems.push({ path: 'name', message: `${quote(name)} is not the host of a registry`, hint });
  }
  mirrors.forEach((mirror, index) => {
    const path = `registry.mirrors[${index}]`;
    if (mirrors.indexOf(mirror) < index) {
      const hint = 'name each mirror once';
      problems.push({ path, message: `${quote(mirror)} is named twice`, hint });
    }
    if (isOrigin(mirror)) return;
    const hint = 'write https://HOST or http://HOST:PORT, without a path, user or password';
    problems.push({ path, message: `${quote(mirror)} is not the URL of a mirror`, hint });
  });
  if (plainHttp && (insecure || caCertificate !== '')) {
    const message = 'cannot be combined with insecure or caCertificate: HTTP has no certificates';
    problems.push({
      path: 'registry.plainHttp',
      message,
      hint: 'remove plainHttp, or the other field',
    });
  }
  const isPem = caCertificate.length <= CERTIFICATES_MOST && PEM.test(caCertificate);
  if (caCertificate !== '' && !isPem) {
    const hint = 'write a block (|) that begins with -----BEGIN CERTIFICATE-----';
    problems.push({ path: 'registry.caCertificate', message: 'is not PEM', hint });
  }
  return problems;
}

const ORIGIN = /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?\/?$/;

function isOrigin(text: string): boolean {
  return ORIGIN.test(text) && URL.canParse(text);
}

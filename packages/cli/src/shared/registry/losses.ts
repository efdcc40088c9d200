import type { CapsuleClient, Registry } from '@capsule/api/wire';
import { describeImageReference } from '@capsule/core';
import { theNoun } from '../render/the-noun.ts';

/** Returns a line for each declared registry of these names: its settings, and the login that stays. */
export async function declarationLosses(
  client: CapsuleClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { registries } = await client.registry.list({}, { signal });
  return registries
    .filter(({ name, declared }) => declared && names.includes(name))
    .map(declarationLoss);
}

function declarationLoss(registry: Registry): string {
  const { name, username } = registry;
  const settings = settingsOf(registry);
  const lost = settings.length === 0 ? 'a declaration without settings' : settings.join(', ');
  const kept = username === '' ? '' : `; the login of ${username} stays`;
  return `${name}: ${lost}${kept}`;
}

function settingsOf(registry: Registry): readonly string[] {
  const { mirrors, plainHttp, insecure, caCertificate } = registry;
  return [
    ...(mirrors.length > 0 ? [`${theNoun(mirrors.length, 'mirror')} ${mirrors.join(', ')}`] : []),
    ...(plainHttp ? ['the permission to use plain HTTP'] : []),
    ...(insecure ? ['the permission to skip checks of its certificate'] : []),
    ...(caCertificate === '' ? [] : ['its CA certificate']),
  ];
}

/** Returns a line for a login that exists: its user, and the images that workloads pull with it. */
export async function loginLosses(
  client: CapsuleClient,
  registry: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const [{ registries }, { images }] = await Promise.all([
    client.registry.list({}, { signal }),
    client.image.list({}, { signal }),
  ]);
  const username = registries.find(({ name }) => name === registry)?.username ?? '';
  if (username === '') return [];
  const used = images
    .filter(({ name, usedBy }) => usedBy.length > 0 && name.startsWith(`${registry}/`))
    .map(({ name }) => describeImageReference(name));
  const pulled = used.length === 0 ? '' : `; later pulls of ${used.join(', ')} are anonymous`;
  return [`${registry}: the login of ${username}, with its password${pulled}`];
}

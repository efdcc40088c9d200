import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findResolver, reachableServers } from './resolv-conf.ts';

test('counts only name servers that a capsule can reach over IPv4', () => {
  const text = [
    '# made by a tool',
    'nameserver 127.0.0.53',
    'nameserver ::1',
    'nameserver 0.0.0.0',
    ' nameserver 192.0.2.53',
    'nameserver 2001:db8::53',
    'nameserver fe80::1%eth0',
    'search example.org',
  ];
  assert.deepEqual(reachableServers(text.join('\n')), ['192.0.2.53']);
});

test('an empty file names no server', () => {
  assert.deepEqual(reachableServers(''), []);
});

test('unreachable servers are left out, the rest of the file stays', async (t) => {
  const { sources, own } = await files(t);
  await writeFile(
    own,
    'nameserver 2001:db8::1\nnameserver 192.0.2.1\nsearch lan\noptions rotate\n',
  );
  assert.deepEqual(await findResolver(sources), {
    content: 'nameserver 192.0.2.1\nsearch lan\noptions rotate\n',
  });
});

test('a stub of the host is replaced by the servers that it asks', async (t) => {
  const { sources, own, behind } = await files(t);
  await writeFile(own, 'nameserver 127.0.0.53\n');
  await writeFile(behind, 'nameserver 192.0.2.2\n');
  assert.deepEqual(await findResolver(sources), { content: 'nameserver 192.0.2.2\n' });
});

const USELESS: Readonly<
  Record<string, readonly [(own: string) => Promise<unknown>, content: string, found: RegExp]>
> = {
  'IPv6 only': [
    (own) => writeFile(own, 'nameserver 2001:4860:4860::8888\nsearch lan\n'),
    'search lan\n',
    /names 2001:4860:4860::8888;/,
  ],
  'a loopback without anything behind': [
    (own) => writeFile(own, 'nameserver 127.0.0.1\n'),
    '',
    /names 127\.0\.0\.1;/,
  ],
  'an empty file': [(own) => writeFile(own, ''), '', /names no server/],
  'no file': [async () => undefined, '', /cannot be read \(ENOENT\)/],
  'a link to nothing': [(own) => symlink('nowhere', own), '', /cannot be read \(ENOENT\)/],
  'a link to itself': [(own) => symlink(own, own), '', /cannot be read \(ELOOP\)/],
  'a folder': [(own) => mkdir(own), '', /cannot be read \(EISDIR\)/],
};

for (const [what, [make, content, found]] of Object.entries(USELESS)) {
  test(`${what} is a reported problem, and never a failure`, async (t) => {
    const { sources, own } = await files(t);
    await make(own);
    const resolver = await findResolver(sources);
    assert.equal(resolver.content, content);
    assert.equal(resolver.problem?.code, 'HOST_RESOLVERS_UNREACHABLE');
    assert.match(resolver.problem?.message ?? '', found);
  });
}

async function files(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'resolv-conf-'));
  t.after(() => rm(folder, { recursive: true }));
  const [own, behind] = [join(folder, 'own'), join(folder, 'behind')];
  return { own, behind, sources: [own, behind] as const };
}

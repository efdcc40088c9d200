import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImagePushRequest } from '@capsule/api/wire';
import { rawArchive } from '@capsule/testkit/archives';
import { CAPSULECTL } from '../../capsulectl/program.ts';
import { KUKE } from '../../kuke/program.ts';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

interface InRealm {
  readonly realm: string;
}

/** Answers every request for images with nothing, and notes which realm it named. */
function notingServices() {
  const realms: string[] = [];
  const note = ({ realm }: InRealm) => {
    realms.push(realm);
    return {};
  };
  const image = {
    list: note,
    get: note,
    prune: note,
    remove: note,
    async *save(request: InRealm) {
      note(request);
      yield { data: new Uint8Array(1) };
    },
    async *pull(request: InRealm) {
      yield { ...note(request), image: { name: 'a', digest: 'b' } };
    },
    async push(requests: AsyncIterable<ImagePushRequest>) {
      for await (const { msg } of requests) if (msg.case === 'metadata') note(msg.value);
      return {};
    },
  };
  return { realms, services: { image } };
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  get: ['nginx'],
  pull: ['nginx'],
  save: ['nginx'],
  load: ['-'],
  push: ['-'],
  rm: ['nginx', '--yes'],
  prune: ['--yes'],
};

for (const program of [KUKE, CAPSULECTL]) {
  test(`every image command of ${program.name} takes the realm that has the images`, async () => {
    const verbs = program.commands.flatMap(({ path: [noun, verb] }) =>
      noun === 'image' && verb !== undefined ? [verb] : [],
    );
    assert.ok(verbs.length >= 4);
    for (const verb of verbs) {
      const { realms, services } = notingServices();
      await using capsule = await startFakeCapsule(services);
      const { target } = capsule;
      const words = ['image', verb, ...(WORDS[verb] ?? []), '--realm', 'prod'];
      const stdin = rawArchive({}).toString('latin1');
      const { stderr } = await runCapsulectl(words, { program, target, stdin });
      assert.deepEqual([...new Set(realms)], ['prod'], `${words.join(' ')}: ${stderr}`);
    }
  });
}

test('a missing image of another realm is looked for in that realm', async () => {
  const { services } = notingServices();
  await using capsule = await startFakeCapsule(services);
  const words = ['image', 'rm', 'nginx', '--yes', '--realm', 'prod'];
  const { stderr } = await runCapsulectl(words, { program: KUKE, target: capsule.target });
  assert.match(stderr, /`kuke image get --realm prod` shows the images/);
});

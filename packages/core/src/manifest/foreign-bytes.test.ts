import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anySpec } from '@capsule/testkit/any-spec';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { isCapsuleError } from '../error/capsule-error.ts';
import { completeSpec } from '../resource/workload/complete-spec.ts';
import { manifestError } from './errors.ts';
import { manifestFromWorkload } from './kind/workload/manifest-from-workload.ts';
import { validateWorkload } from './kind/workload/validate-workload.ts';
import { parseManifests } from './parse-manifests.ts';

const KIBI = 1024;
const CPU_MAX_US = 3_000_000;

/** Reads the content; anything but an answer or a refusal with a code is a failure. */
function read(content: string | Uint8Array): 'read' | 'refused' {
  try {
    parseManifests(content, 'f');
    return 'read';
  } catch (error) {
    if (isCapsuleError(error) && error.code === manifestError.INVALID.code) return 'refused';
    throw error;
  }
}

const HOSTILE: Readonly<Record<string, string | Uint8Array>> = {
  'brackets without end': '['.repeat(110 * KIBI),
  'dashes on one line': '- '.repeat(110 * KIBI),
  'closing braces': '}\n'.repeat(110 * KIBI),
  documents: '---\n'.repeat(20 * KIBI),
  keys: 'a: b\n'.repeat(110 * KIBI),
  'growing indentation': Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  'anchors and aliases': `name: a\nkind: Container\ncontainer: {image: a, args: [&a b${', *a'.repeat(2 * KIBI)}]}`,
  'an alias bomb': `a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nname: a\nkind: Container\ncontainer: {image: a, args: [*c,*c]}`,
  'a list that holds itself':
    'name: a\nkind: Container\ncontainer: &c {image: a, args: &b [*b], env: *c}',
  'too many bytes': new Uint8Array(5 * KIBI * KIBI),
  'bytes that are no UTF-8': Uint8Array.of(0xff, 0xfe, 0x00),
  'an archive': Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256),
};

for (const [what, content] of Object.entries(HOSTILE)) {
  test(`${what} are refused in bounded time`, () => {
    const before = process.cpuUsage();
    assert.equal(read(content), 'refused');
    // Of the processor, not of the clock: other work on the machine does not count.
    const { user } = process.cpuUsage(before);
    assert.ok(user < CPU_MAX_US, `${user} µs`);
  });
}

test('a long text in a manifest is no problem by itself', () => {
  const long = `# ${'x'.repeat(3 * KIBI * KIBI)}\nname: a\nkind: Container\ncontainer: {image: a}\n`;
  assert.equal(read(long), 'read');
});

test('random bytes are refused, and never cause a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      read(bytes);
    }),
    { numRuns: 300 },
  );
});

test('foreign text made of marks is refused, never a crash', () => {
  const mark = fc.constantFrom(
    ...'{}[]:,-?&*!|>\'"%@`#\n \t~=<.0a'.split(''),
    'name: a\n',
    'kind: Container\n',
    'container:\n  ',
    'image: b\n  ',
    '---\n',
    '...\n',
    '<<: *a',
    '&a ',
    '*a ',
  );
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 60 }), (marks) => {
      read(marks.join(''));
    }),
    { numRuns: 500 },
  );
});

test('any tree of data in a manifest is read or refused', () => {
  const tree = fc.jsonValue({ maxDepth: 4 });
  const document = fc.record(
    {
      name: fc.oneof(fc.constant('a'), tree),
      kind: fc.oneof(fc.constant('Container'), tree),
      container: fc.oneof(
        fc.record(
          { image: tree, command: tree, args: tree, env: tree, ports: tree, networkMode: tree },
          { requiredKeys: [] },
        ),
        tree,
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(document, (value) => {
      read(JSON.stringify(value));
      read(stringify(value));
    }),
    { numRuns: 150 },
  );
});

test('a spec written as YAML or JSON and read again is the same spec', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const document = manifestFromWorkload(spec);
      for (const written of [stringify(document), JSON.stringify(document)]) {
        assert.deepEqual(parseManifests(written, 'f')[0]?.spec, spec);
      }
    }),
    { numRuns: 150 },
  );
});

test('the rules of meaning never throw, whatever the wire brings', () => {
  const spec = fc.record({
    name: fc.string(),
    kind: fc.constant('container' as const),
    image: fc.string(),
    command: fc.array(fc.string()),
    args: fc.array(fc.string()),
    env: fc.dictionary(fc.string(), fc.string()),
    networkMode: fc.constantFrom('bridge' as const, 'host' as const),
    ports: fc.array(
      fc.record({
        containerPort: fc.nat(),
        hostPort: fc.nat(),
        protocol: fc.constantFrom('tcp' as const, 'udp' as const),
      }),
    ),
  });
  fc.assert(fc.property(spec, (value) => Array.isArray(validateWorkload(completeSpec(value)))));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { completeSpec } from '../../resource/workload/complete-spec.ts';
import { manifestError } from '../errors.ts';
import { MANIFEST_SCHEMA, manifestSchema } from '../manifest-schema.ts';
import { parseManifests, parseManifestsOf } from '../parse-manifests.ts';
import { printManifest } from '../print-manifest.ts';
import { readName } from '../read/read-name.ts';
import { readText } from '../read/read-words.ts';
import { NAME } from '../schema/document-schema.ts';
import { fields, text } from '../schema/json-schema.ts';
import { applyChangeOf } from './apply-change.ts';
import { inApplyOrder } from './apply-order.ts';
import type { Kind, KindTable, SpecOf } from './kind.ts';
import { KINDS } from './kinds.ts';

type Kinds = typeof KINDS;

const SHOP = { realm: 'lab', space: 'blue', stack: 'one', cell: 'shop' };
const SIDE = completeSpec({ name: 'side', image: 'busybox', restartPolicy: 'onFailure' });
/** A container that says something in every field of `v1beta1`. */
const FULL = completeSpec({
  name: 'web',
  image: 'nginx:alpine',
  imagePullPolicy: 'always',
  command: ['/bin/sh'],
  args: ['-c', 'exec nginx'],
  workingDir: '/srv',
  user: '1000:1000',
  env: { NGINX_HOST: 'example.com', EMPTY: '' },
  ports: [
    { hostPort: 8080, containerPort: 80, protocol: 'tcp', hostAddress: '127.0.0.1' },
    { hostPort: 53, containerPort: 53, protocol: 'udp' },
  ],
  aliases: ['www'],
  hostIpc: true,
  hostPid: true,
  hostname: 'shop',
  extraHosts: [{ hostname: 'db', address: '10.0.0.1' }],
  dns: { nameservers: ['10.0.0.2'], searches: [], options: [] },
  privileged: true,
  restartPolicy: 'always',
  restartBackoffSeconds: 5,
  restartMaxRetries: 9,
  healthCheck: {
    probe: { kind: 'tcp', port: 80 },
    intervalSeconds: 10,
    timeoutSeconds: 5,
    retries: 3,
    startPeriodSeconds: 0,
    onFailure: 'restart',
  },
  minReadySeconds: 2,
  dependsOn: ['db'],
  updateTimeoutSeconds: 60,
  readOnlyRootFilesystem: true,
  capabilities: { add: ['CAP_NET_ADMIN'], drop: ['ALL'] },
  securityOpts: ['no-new-privileges'],
  tmpfs: [{ mountPath: '/run', sizeBytes: 1_048_576, options: ['noexec'] }],
  resources: { memoryBytes: 67_108_864, cpuMillis: 500, cpuShares: 512, pids: 100 },
  ulimits: [{ name: 'nofile', soft: 1024, hard: 2048 }],
  sysctls: { 'net.core.somaxconn': '1024' },
  stopSignal: 'SIGQUIT',
  stopGraceSeconds: 3,
  hostBindPaths: [
    { source: '/srv/html', target: '/usr/share/nginx/html', readOnly: true, ensure: true },
  ],
  mounts: [
    { volumeName: 'data', mountPath: '/data', readOnly: false, subPath: 'a/b', copyUp: false },
  ],
  labels: { app: 'web' },
});

const SAMPLES: { readonly [Name in keyof Kinds]: SpecOf<Kinds[Name]> } = {
  workload: completeSpec({
    name: 'web',
    kind: 'container',
    image: 'nginx',
    ports: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }],
  }),
  realm: { name: 'lab', place: { realm: 'lab' }, labels: { a: 'b' }, namespace: 'lab-1' },
  space: { name: 'lab/blue', place: { realm: 'lab', space: 'blue' }, labels: { a: 'b' } },
  stack: {
    name: 'lab/blue/one',
    place: { realm: 'lab', space: 'blue', stack: 'one' },
    labels: { a: 'b' },
  },
  cell: {
    name: 'lab/blue/one/shop',
    id: SHOP,
    labels: { a: 'b' },
    containers: [
      { ref: { cell: SHOP, container: 'web' }, isRoot: true, spec: FULL },
      { ref: { cell: SHOP, container: 'side' }, spec: SIDE },
    ],
  },
  container: {
    name: 'lab/blue/one/shop/web',
    ref: { cell: SHOP, container: 'web' },
    isRoot: true,
    spec: FULL,
  },
  volume: {
    name: 'data',
    sizeBytes: 2 * 1024 ** 3,
    snapshotSchedule: { everySeconds: 6 * 3600, keep: 8 },
  },
  registry: {
    name: 'registry.home:5000',
    mirrors: ['http://mirror.home:5000'],
    plainHttp: true,
    insecure: false,
    caCertificate: '',
  },
};

const TABLE: KindTable<keyof Kinds> = KINDS;

for (const kind of Object.keys(TABLE) as (keyof Kinds)[]) {
  test(`a ${kind} that is printed reads back, without a problem or a difference`, () => {
    const sample = SAMPLES[kind];
    const text = stringify(printManifest({ kind, spec: sample }, KINDS));
    const [manifest] = parseManifests(text, 'f');
    assert.deepEqual({ kind: manifest?.kind, spec: manifest?.spec }, { kind, spec: sample });
    const row = TABLE[kind];
    assert.deepEqual(row.validate(manifest?.spec), []);
    assert.equal(applyChangeOf(sample, row.diff(sample, manifest?.spec)), 'unchanged');
    assert.notDeepEqual(row.diff(undefined, sample), []);
  });
}

/** A kind that we do not have: everything that adding one takes. */
interface GreetingSpec {
  readonly name: string;
  readonly text: string;
}

const GREETING_KIND: Kind<GreetingSpec> = {
  forms: [
    {
      words: ['Greeting', 'Salute'],
      schema: fields('Says hello.', { name: NAME, kind: { const: 'Greeting' }, text: text('…') }),
    },
  ],
  applyOrder: 15,
  read(reader, root) {
    const map = reader.map(root, { fields: ['name', 'kind', 'text'] });
    return { name: readName(reader, map), text: readText(reader, map?.get('text')) };
  },
  validate: ({ text }) => (text === '' ? [{ path: 'text', message: 'is empty' }] : []),
  diff: (before, after) =>
    before?.text === after.text ? [] : [{ path: 'text', after: after.text, recreates: false }],
  print: ({ name, text }) => ({ name, kind: 'Greeting', text }),
  hostPorts: () => [{ port: { hostPort: 7, protocol: 'tcp' }, path: 'text' }],
};

const WITH_GREETING = { ...KINDS, greeting: GREETING_KIND };
const parse = (content: string) => parseManifestsOf(WITH_GREETING, [{ fileName: 'f', content }]);

test('a kind that a caller adds to the table is read, checked and printed like the others', () => {
  const [greeting] = parse('name: hi\nkind: Salute\ntext: hello\n');
  assert.ok(greeting);
  const { kind, spec } = greeting;
  assert.deepEqual({ kind, spec }, { kind: 'greeting', spec: { name: 'hi', text: 'hello' } });
  const printed = { name: 'hi', kind: 'Greeting', text: 'hello' };
  assert.deepEqual(printManifest(greeting, WITH_GREETING), printed);
});

const MISTAKES: readonly (readonly [content: string, problem: string])[] = [
  ['name: hi\nkind: Greting\n', '2:7: kind: "Greting" is not a kind (did you mean Greeting?)'],
  [
    'name: hi\nkind: Nothing\n',
    '2:7: kind: "Nothing" is not a kind (Container, MicroVM, Volume, Registry or Greeting)',
  ],
  ['name: hi\nkind: Greeting\ntxt: a\ntext: b\n', '3:1: unknown key `txt` (did you mean `text`?)'],
  ['name: hi\nkind: Greeting\ntext: ""\n', '3:7: text: is empty'],
  [
    'name: a\nkind: Greeting\ntext: x\n---\nname: b\nkind: Greeting\ntext: y\n',
    '7:7: text: a already publishes 7/tcp, in f:3',
  ],
];

for (const [content, problem] of MISTAKES) {
  test(`a mistake in a kind that a caller adds is reported like others: ${problem}`, () => {
    assert.throws(() => parse(content), {
      code: manifestError.INVALID.code,
      message: `manifest refused: f:${problem}`,
    });
  });
}

test('a kind that a caller adds to the table is applied in its order, and has its part of the schema', () => {
  const file = `name: hi\nkind: Greeting\ntext: hello\n---\n${['workload', 'volume', 'registry']
    .map((kind) => stringify(printManifest(sampleOf(kind), WITH_GREETING)))
    .join('---\n')}`;
  const order = inApplyOrder(parse(file), WITH_GREETING).map(({ kind }) => kind);
  assert.deepEqual(order, ['registry', 'greeting', 'volume', 'workload']);
  const schema = manifestSchema(WITH_GREETING);
  const flat = schema['else'] as Record<string, unknown>;
  assert.deepEqual(flat['then'], GREETING_KIND.forms[0]?.schema);
  const {
    $schema: _,
    title: __,
    type: ___,
    properties: ____,
    required: _____,
    ...byKind
  } = MANIFEST_SCHEMA;
  assert.deepEqual(flat['else'], (byKind as Record<string, unknown>)['else']);
});

function sampleOf(kind: string) {
  return { kind: kind as keyof Kinds, spec: SAMPLES[kind as keyof Kinds] };
}

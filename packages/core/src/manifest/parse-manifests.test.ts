import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError } from '../error/capsule-error.ts';
import { SPEC_DEFAULTS } from '../resource/workload/complete-spec.ts';
import { manifestError } from './errors.ts';
import { parseManifestFiles, parseManifests } from './parse-manifests.ts';
import { describeProblem, type ManifestProblem } from './problem.ts';
import { specsOf } from './testing/specs-of.ts';

const WEB = `name: web
kind: Container
container:
  image: docker.io/library/nginx:1.27-alpine
`;

/** The problems of a manifest, one line each, without the name of the file. */
function problemsOf(...contents: (string | Uint8Array)[]): string[] {
  const sources = contents.map((content, index) => ({
    fileName: contents.length === 1 ? 'f' : `f${index}`,
    content,
  }));
  try {
    parseManifestFiles(sources);
  } catch (error) {
    assert.ok(isCapsuleError(error), String(error));
    assert.equal(error.code, manifestError.INVALID.code);
    const problems = error.facts['problems'] as ManifestProblem[];
    return problems.map((problem) => describeProblem(problem).replace(/^f:/, ''));
  }
  return [];
}

test('a short manifest gets its defaults', () => {
  const [manifest, ...more] = parseManifests(WEB, 'web.yaml');
  assert.deepEqual(more, []);
  const image = 'docker.io/library/nginx:1.27-alpine';
  assert.deepEqual(manifest?.spec, { ...SPEC_DEFAULTS, name: 'web', image });
});

test('every field is read, in camelCase and in snake_case, from YAML and from JSON', () => {
  const camel = `name: web
kind: WORKLOAD_KIND_CONTAINER
container:
  image: nginx
  command: ["/bin/sh", "-c"]
  args:
    - sleep 5
  env:
    - name: TZ
      value: UTC
    - name: EMPTY
  networkMode: NETWORK_MODE_BRIDGE
  ports:
    - containerPort: 80
      hostPort: 8080
    - containerPort: 53
      hostPort: 8080
      protocol: udp
`;
  const snake = camel
    .replace('networkMode', 'network_mode')
    .replaceAll('containerPort', 'container_port')
    .replaceAll('hostPort', 'host_port');
  const json = JSON.stringify(
    {
      name: 'web',
      kind: 'Container',
      container: {
        image: 'nginx',
        command: ['/bin/sh', '-c'],
        args: ['sleep 5'],
        env: { TZ: 'UTC', EMPTY: '' },
        networkMode: 'bridge',
        ports: [
          { containerPort: 80, hostPort: 8080 },
          { containerPort: 53, hostPort: 8080, protocol: 'udp' },
        ],
      },
    },
    undefined,
    '\t',
  );
  const [spec] = specsOf('workload', parseManifests(camel, 'f'));
  assert.deepEqual(spec?.env, { TZ: 'UTC', EMPTY: '' });
  assert.deepEqual(spec?.ports[1], { containerPort: 53, hostPort: 8080, protocol: 'udp' });
  assert.deepEqual(parseManifests(snake, 'f')[0]?.spec, spec);
  assert.deepEqual(parseManifests(json, 'f')[0]?.spec, spec);
});

test('all documents of a file are read, empty ones are left out', () => {
  const text = `---\n${WEB}---\n---\n# nothing\n---\n${WEB.replace('web', 'web2')}`;
  assert.deepEqual(
    parseManifests(text, 'f').map((manifest) => manifest.spec.name),
    ['web', 'web2'],
  );
});

test('all problems of all documents are reported together, with line, column and the nearest key', () => {
  const text = `name: Web
kind: Container
container:
  image: "nginx:"
  comand: ["/bin/sh"]
  networkMode: NETWORK_MODE_BRIGDE
  ports:
    - containerPort: "80"
      hostPort: 70000
    - containerPort: 80
---
name: vm
kind: MicroVM
microVm:
  vcpu: 2
  image: alpine
---
kind: Container
container: {}
`;
  assert.deepEqual(problemsOf(text), [
    '5:3: container: unknown key `comand` (did you mean `command`?)',
    '6:16: container.networkMode: "NETWORK_MODE_BRIGDE" is not a network mode (did you mean NETWORK_MODE_BRIDGE?)',
    '8:22: container.ports[0].containerPort: must be a whole number, not the string "80" (leave out the quotes: 80)',
    '10:7: container.ports[1].hostPort: is missing',
    '1:7: name: "Web" is not a valid name (use 1 to 63 characters a-z, 0-9 and `-`, with a letter or digit at both ends)',
    '4:10: container.image: "nginx:" is not an image reference: a tag has 1 to 128 letters, digits, `_`, `.` or `-`, and does not start with `.` or `-` (write it as [REGISTRY[:PORT]/]NAME[:TAG][@DIGEST], for example docker.io/library/nginx:1.27-alpine)',
    '9:17: container.ports[0].hostPort: 70000 is not a port from 1 to 65535',
    '15:3: microVm: unknown key `vcpu` (did you mean `vcpus`?)',
    '18:1: name: is missing',
    '19:1: container.image: is missing',
  ]);
});

const REFUSED: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a volume of an impossible size',
    'name: v\nkind: Volume\nsize: 1MiB\n---\nname: w\nkind: Volume\nsize: 17MiB\nsnapshotSchedule: {every: 10s, keep: 0}\n---\nname: X\nkind: Volume\nsize: much\nimage: x\n',
    [
      '3:7: size: 1MiB is out of range (16MiB to 16TiB, in whole MiB)',
      '8:27: snapshotSchedule.every: is too short, or not a duration (at least 1m: 30m, 6h, 1d)',
      '8:38: snapshotSchedule.keep: 0 is out of range (1 to 1000)',
      '13:1: unknown key `image` (valid keys here: name, kind, size, snapshotSchedule)',
      '12:7: size: "much" is not a size (a number of bytes, or a whole number with K, M, G or T: 256M)',
      '10:7: name: "X" is not a valid name (use 1 to 63 characters a-z, 0-9 and `-`, with a letter or digit at both ends)',
    ],
  ],
  [
    'a schedule that says too little',
    'name: v\nkind: Volume\nsize: 64MiB\nsnapshotSchedule: {every: often}\n',
    [
      '4:1: snapshotSchedule.keep: is missing (keep: 8)',
      '4:27: snapshotSchedule.every: "often" is not a duration (write whole numbers with d, h, m or s: 30m, 6h, 1d12h)',
    ],
  ],
  ['a volume without a size', 'name: v\nkind: Volume\n', ['1:1: size: is missing (size: 2GiB)']],
  [
    'another kind',
    'name: v\nkind: container\n',
    ['2:7: kind: "container" is not a kind (did you mean Container?)'],
  ],
  ['a missing kind', 'name: v\n', ['1:1: kind: is missing (kind: Container)']],
  [
    'a cell without a name',
    'apiVersion: v1beta1\nkind: Cell\n',
    ['1:1: metadata.name: is missing'],
  ],
  [
    'a field that is refused on purpose',
    `${WEB}  host_mount: true\n`,
    [
      '5:3: container: `host_mount` is not supported (name the paths that you need in hostBindPaths)',
    ],
  ],
  [
    'a key that stands twice',
    `${WEB}  image: other\n`,
    ['5:3: container.image: the key `image` is set twice'],
  ],
  [
    'a key in both spellings',
    `${WEB}  networkMode: host\n  network_mode: host\n`,
    ['6:3: container.networkMode: the key `network_mode` is set twice'],
  ],
  [
    'a number in env',
    `${WEB}  env:\n    A: 1\n    B: true\n    C:\n`,
    [
      '6:8: container.env.A: must be a string, not 1, a number (put it in quotes: "1")',
      '7:8: container.env.B: must be a string, not true, a boolean (put it in quotes: "true")',
      '8:5: container.env.C: must be a string, not nothing',
    ],
  ],
  [
    'a variable twice',
    `${WEB}  env:\n    - {name: A, value: a}\n    - {name: A, value: b}\n`,
    ['7:14: container.env[1].name: the variable A is set twice'],
  ],
  [
    'a bad variable name',
    `${WEB}  env:\n    - {name: 1A, value: a}\n`,
    [
      '6:14: container.env.1A: "1A" is not a valid name of a variable (use letters, digits, `_`, `.` and `-`, and do not start with a digit)',
    ],
  ],
  [
    'the variable __proto__',
    `${WEB}  env: {__proto__: a}\n`,
    [
      '5:20: container.env.__proto__: "__proto__" is not a valid name of a variable (use letters, digits, `_`, `.` and `-`, and do not start with a digit)',
    ],
  ],
  [
    'a command as text',
    `${WEB}  command: /bin/sh\n`,
    [
      '5:12: container.command: must be a list, not the string "/bin/sh" (write one word in each item: ["/bin/sh", "-c"])',
    ],
  ],
  [
    'a number in args',
    `${WEB}  args: [sleep, 5]\n`,
    ['5:17: container.args[1]: must be a string, not 5, a number (put it in quotes: "5")'],
  ],
  [
    'a field without a value',
    `${WEB}  args:\n`,
    [
      '5:3: container.args: must be a list, not nothing (write one word in each item: ["/bin/sh", "-c"])',
    ],
  ],
  [
    'ports in host mode',
    `${WEB}  networkMode: host\n  ports: [{containerPort: 80, hostPort: 80}]\n`,
    [
      '6:3: container.ports: only bridge mode publishes ports (remove `ports`: in host mode the container uses the ports of the capsule directly)',
    ],
  ],
  [
    "the API's port",
    `${WEB}  ports: [{containerPort: 80, hostPort: 50000}]\n`,
    [
      '5:41: container.ports[0].hostPort: the capsule uses 50000/tcp for its own API (choose another port)',
    ],
  ],
  [
    'an automatic port',
    `${WEB}  ports: [{containerPort: 80, hostPort: 0}]\n`,
    [
      '5:41: container.ports[0].hostPort: the capsule cannot choose a port (0) (write the port that you want, from 1 to 65535)',
    ],
  ],
  [
    'a port twice',
    `${WEB}  ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 80}]\n`,
    ['5:76: container.ports[1].hostPort: 80/tcp is published twice, first by ports[0]'],
  ],
  [
    'another protocol',
    `${WEB}  ports: [{containerPort: 80, hostPort: 80, protocol: sctp}]\n`,
    ['5:55: container.ports[0].protocol: "sctp" is not a protocol (use tcp or udp)'],
  ],
  [
    'a fraction as port',
    `${WEB}  ports: [{containerPort: 80.5, hostPort: 80}]\n`,
    ['5:27: container.ports[0].containerPort: must be a whole number, not 80.5, a number'],
  ],
  [
    'a name that is a number',
    WEB.replace('web', '1'),
    ['1:7: name: must be a string, not 1, a number (put it in quotes: "1")'],
  ],
  [
    'an unknown tag',
    WEB.replace('web', '!x web'),
    ['1:7: not YAML: Unresolved tag: !x: `name: !x web`'],
  ],
  ['a list', '- a\n', ['1:1: a manifest must be a map (name: …, kind: Container, container: …)']],
  [
    'a merge key',
    `${WEB}  <<: {args: []}\n`,
    ['5:3: container: unknown key `<<` (the JSON Schema of manifests lists all keys)'],
  ],
  [
    'an unknown anchor',
    `${WEB}  args: *gone\n`,
    [
      '5:9: container.args: must be a list, not nothing (write one word in each item: ["/bin/sh", "-c"])',
    ],
  ],
  [
    'a key that is no word',
    `${WEB}  1: x\n`,
    ['5:3: container: a key must be a word (put it in quotes)'],
  ],
  ['an empty file', '', ['1:1: the file contains no manifest']],
  ['a file of comments', '# nothing\n---\n', ['1:1: the file contains no manifest']],
  [
    'broken syntax',
    'name: [a\nkind: b',
    ['2:1: not YAML: a bracket is still open at the line `kind: b` (close it with ])'],
  ],
  [
    'a NUL in an argument',
    `${WEB}  args: ["a\\0b"]\n`,
    ['5:10: container.args[0]: contains a NUL character, which Linux does not allow'],
  ],
];

for (const [what, text, problems] of REFUSED) {
  test(`${what} is refused`, () => assert.deepEqual(problemsOf(text), problems));
}

test('an unknown syntax is named with its place and nothing else is complained of', () => {
  assert.equal(problemsOf('a: b: c\n').length, 1);
});

test('names and ports that clash are found in one file and across files', () => {
  const ports = '  ports: [{containerPort: 80, hostPort: 8080}]\n';
  const other = WEB.replace('web', 'other');
  assert.deepEqual(problemsOf(WEB, WEB), ['f1:1:7: name: web is declared twice, first in f0:1']);
  assert.deepEqual(problemsOf(`${WEB}${ports}---\n${other}${ports}`), [
    '11:41: container.ports[0].hostPort: web already publishes 8080/tcp, in f:5',
  ]);
});

test('problems of all files come together', () => {
  assert.deepEqual(problemsOf('name: a\n', '- a\n'), [
    'f0:1:1: kind: is missing (kind: Container)',
    'f1:1:1: a manifest must be a map (name: …, kind: Container, container: …)',
  ]);
});

test('keys that only describe are read over', () => {
  const text = `${WEB}status: {phase: RUNNING, ports: [1]}\ngeneration: 3\nuid: x\ncreatedAt: y\ndesired_state: z\n`;
  assert.equal(parseManifests(text, 'f').length, 1);
});

test('an alias stands for its anchor', () => {
  const text = `${WEB}  command: &words [a, b]\n  args: *words\n`;
  assert.deepEqual(specsOf('workload', parseManifests(text, 'f'))[0]?.args, ['a', 'b']);
});

test('a hundred problems are shown of a thousand', () => {
  const keys = Array.from({ length: 1000 }, (_, index) => `  key${index}: x\n`).join('');
  const problems = problemsOf(WEB + keys);
  assert.equal(problems.length, 101);
  assert.match(problems.at(-1) ?? '', /and 900 more problems/);
});

test('a port in the short form of Compose is one problem, which shows the right form', () => {
  const manifest = (port: string) =>
    `name: web\nkind: Container\ncontainer: {image: nginx, ports: [${port}]}\n`;
  const forms = {
    '"8080:80"': '{hostPort: 8080, containerPort: 80}',
    '"127.0.0.1:53:5353/udp"': '{hostPort: 53, containerPort: 5353, protocol: udp}',
    '8080': '{hostPort: 8080, containerPort: 80}',
  };
  for (const [port, form] of Object.entries(forms)) {
    const text = manifest(port);
    assert.throws(
      () => parseManifests(text, 'web.yaml'),
      (error) => {
        assert.ok(isCapsuleError(error));
        const problems = error.facts['problems'] as readonly { hint?: string }[];
        assert.deepEqual(
          problems.map(({ hint }) => hint),
          [`write it as ${form}`],
        );
        return true;
      },
    );
  }
});

test('a manifest of another program is recognised and named in the error', () => {
  const first = (text: string) => problemsOf(text)[0] ?? '';
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n';
  assert.match(
    first(pod),
    /^1:1: apiVersion: this is a Kubernetes Pod, .*\(write one document for each/,
  );
  assert.match(first('apiVersion: apps/v1\n'), /this is a Kubernetes manifest/);
  const compose = 'version: "3"\nservices:\n  web:\n    image: nginx\n';
  assert.match(first(compose), /: this is a Compose file, .*\(write one document for each service/);
  for (const text of [
    'FROM debian:12\nRUN apt-get update && echo "a: b"\nCMD ["sh"]\n',
    '# syntax=docker/dockerfile:1\n\nARG V=1\nFROM a AS b\n',
    'from scratch',
  ]) {
    assert.match(first(text), /^1:1: this is a Dockerfile, .*\(build an image/);
  }
  assert.match(first('from: x\n'), /kind: is missing/);
});

test('for keys and values of other programs, the error suggests those of Capsule', () => {
  assert.deepEqual(problemsOf(`${WEB}  volumes: ["data:/data"]\n  env: [TZ=UTC, "x"]\n`), [
    '5:3: container: unknown key `volumes` (did you mean `mounts`?)',
    '6:9: container.env[0]: a variable must be a map (write it as {name: TZ, value: "UTC"})',
    '6:17: container.env[1]: a variable must be a map (write it as {name: NAME, value: ""})',
  ]);
});

test('a YAML syntax error is shown once, with its line', () => {
  assert.deepEqual(problemsOf('name: w\nkind: Container\n   container: {}\n'), [
    '2:7: not YAML: line 3 is indented too far: `   container: {}` (keys of one map must begin in the same column)',
  ]);
  assert.deepEqual(problemsOf(`${WEB}  ports:\n    - containerPort: 80\n     hostPort: 81\n`), [
    '7:1: not YAML: the line `     hostPort: 81` is in no item of the list (begin the key in the column of the other keys of its item, or begin the line with `- `)',
  ]);
  assert.deepEqual(problemsOf('name: a: b\n'), [
    '1:7: not YAML: a second `: ` in the line `name: a: b` (put the value in quotes)',
  ]);
  assert.deepEqual(problemsOf('name: w\ncontainer:\n\timage: x\n'), [
    '3:1: not YAML: a tab indents the line `\timage: x` (use spaces)',
  ]);
});

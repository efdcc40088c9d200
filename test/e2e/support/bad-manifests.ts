export interface BadManifest {
  readonly what: string;
  readonly text: string;
  /** Every problem in the output: its position and its text. */
  readonly complaints: readonly string[];
}

const GOOD = 'name: web\nkind: Container\ncontainer:\n  image: nginx\n';
const kind = (word: string) => `name: x\nkind: ${word}\n`;
const ports = (...lines: readonly string[]) =>
  `${GOOD}  ports:\n${lines.map((line) => `    - {${line}}\n`).join('')}`;

/** Common mistakes in manifests. Lines and columns are those of the mistake. */
export const BAD_MANIFESTS: readonly BadManifest[] = [
  {
    what: 'an unknown key, with the one that was meant',
    text: `${GOOD}  comand: [sh]\n`,
    complaints: ['5:3: container: unknown key `comand` (did you mean `command`?)'],
  },
  {
    what: 'an unknown key at the top',
    text: `${GOOD}replicas: 3\n`,
    complaints: ['5:1: unknown key `replicas`'],
  },
  {
    what: 'mounts that cannot be',
    text: `${GOOD}  mounts: [{volumeName: data, mountPath: data}, {volumeName: B, mountPath: /b}, {}]\n`,
    complaints: [
      '5:42: container.mounts[0].mountPath: "data"',
      '5:62: container.mounts[1].volumeName: "B" is not a valid name',
      '5:81: container.mounts[2].volumeName: is missing',
      '5:81: container.mounts[2].mountPath: is missing',
    ],
  },
  {
    what: 'a key that stands there twice',
    text: `${GOOD}  image: redis\n`,
    complaints: ['5:3: container.image: the key `image` is set twice'],
  },
  {
    what: 'values of wrong types, all of them at once',
    text: 'name: 7\nkind: Container\ncontainer:\n  image: [nginx]\n  command: sh\n  env: 5\n',
    complaints: [
      '1:7: name: must be a string, not 7, a number (put it in quotes: "7")',
      '4:3: container.image: must be a string, not a list',
      '5:12: container.command: must be a list, not the string "sh"',
      '6:8: container.env: must be a list, not 5, a number',
    ],
  },
  {
    what: 'nothing where something is needed',
    text: 'kind: Container\ncontainer: {}\n',
    complaints: ['1:1: name: is missing', '2:1: container.image: is missing'],
  },
  { what: 'no kind', text: 'name: web\n', complaints: ['1:1: kind: is missing'] },
  {
    what: 'a kind with a typing error',
    text: kind('Contaner'),
    complaints: ['2:7: kind: "Contaner" is not a kind (did you mean Container?)'],
  },
  {
    what: 'a microVM without its block',
    text: kind('MicroVM'),
    complaints: ['1:1: microVm: is missing'],
  },
  {
    what: 'a volume without a size, and with what a workload has',
    text: `${kind('Volume')}container: {}\n`,
    complaints: ['unknown key `container`', '1:1: size: is missing'],
  },
  {
    what: 'a name that is none',
    text: GOOD.replace('web', 'My_Web'),
    complaints: ['1:7: name: "My_Web" is not a valid name'],
  },
  {
    what: 'a name that is too long',
    text: GOOD.replace('web', 'w'.repeat(64)),
    complaints: [`1:7: name: "${'w'.repeat(64)}" is not a valid name`],
  },
  {
    what: 'an image that is no reference',
    text: GOOD.replace('nginx', 'Nginx:La:Test'),
    complaints: ['4:10: container.image: '],
  },
  {
    what: 'ports that are none, are taken by the API, or stand there twice',
    text: ports(
      'containerPort: 80, hostPort: 70000',
      'containerPort: 0, hostPort: 81',
      'containerPort: 80, hostPort: 50000',
      'containerPort: 80, hostPort: 0',
      'containerPort: 80, hostPort: 82, protocol: sctp',
      'containerPort: 80, hostPort: 83',
      'containerPort: 81, hostPort: 83',
      'containerPort: 81',
    ),
    complaints: [
      '6:37: container.ports[0].hostPort: 70000 is not a port',
      '7:23: container.ports[1].containerPort: 0 is not a port',
      '8:37: container.ports[2].hostPort: the capsule uses 50000/tcp for its own API',
      '9:37: container.ports[3].hostPort: the capsule cannot choose a port (0)',
      '10:51: container.ports[4].protocol: "sctp" is not a protocol (use tcp or udp)',
      '12:37: container.ports[6].hostPort: 83/tcp is published twice, first by ports[5]',
      '13:7: container.ports[7].hostPort: is missing',
    ],
  },
  {
    what: "ports with the host's network",
    text: `${ports('containerPort: 80, hostPort: 80')}  networkMode: NETWORK_MODE_HOST\n`,
    complaints: ['5:3: container.ports: only bridge mode publishes ports'],
  },
  {
    what: 'the same name in two documents',
    text: `${GOOD}---\n${GOOD}`,
    complaints: ['6:7: name: web is declared twice'],
  },
  {
    what: 'a good document and a bad one',
    text: `${GOOD}---\nname: other\nkind: Container\n`,
    complaints: ['6:1: container: is missing'],
  },
  { what: 'an empty file', text: '', complaints: ['1:1: the file contains no manifest'] },
  {
    what: 'only comments',
    text: '# soon\n---\n',
    complaints: ['1:1: the file contains no manifest'],
  },
  { what: 'a text', text: 'hello\n', complaints: ['1:1: a manifest must be a map'] },
  { what: 'what is not YAML', text: 'name: [web\n', complaints: ['not YAML'] },
  { what: 'what is not JSON', text: '{"name": "web", }}', complaints: ['not YAML'] },
  { what: 'binary', text: '\u0000\u0001\u0002', complaints: [''] },
  { what: 'more than 4 MB', text: `# ${'x'.repeat(5_000_000)}\n`, complaints: ['larger than'] },
  { what: 'aliases that multiply', text: multiplyingAliases(), complaints: [''] },
  { what: 'deep nesting', text: '['.repeat(50_000), complaints: [''] },
];

/** A billion words if the parser expands all aliases. */
function multiplyingAliases(): string {
  const levels = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 10; level += 1) {
    const before = Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ');
    levels.push(`a${level}: &a${level} [${before}]`);
  }
  return `${GOOD}  command: *a9\n${levels.join('\n')}\n`;
}

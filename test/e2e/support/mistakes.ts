/** One thing that people do by mistake, and the answer that lets them go on. */
export interface Mistake {
  /** Its number in the list of mistakes that the first user made. */
  readonly number: number;
  readonly args: readonly string[];
  /** On standard input. */
  readonly input?: string;
  readonly exitCode: number;
  /** Of the answer, with single spaces: the fault, its reason, and the remedy. The same words may do for two of them. */
  readonly what: RegExp;
  readonly why: RegExp;
  readonly fix: RegExp;
  /** The socket that it is sent to, instead of the capsule's. */
  readonly capsule?: string;
}

/** In the image of the tests; `hello` publishes 18080, `holder` mounts `data` (32 MiB), `stopped` is stopped. */
const IMAGE = 'stay:1';
const WEB = `name: web\nkind: Container\ncontainer:\n  image: ${IMAGE}\n`;
const VM = 'name: vm\nkind: MicroVM\n';
const APPLY = ['apply', '-f', '-'];
const RUN = [...APPLY, '--wait', '--timeout', '30s'];
const WHOLE = /why: the capsule checks the whole manifest before it applies any part of it/;

type Answer = Pick<Mistake, 'what' | 'fix'> & Partial<Pick<Mistake, 'why'>>;

/** A wrong word of a command line says by itself why it is wrong. */
function usage(number: number, args: string, { what, why = what, fix }: Answer): Mistake {
  return { number, args: args.split(' '), exitCode: 2, what, why, fix };
}

/** A manifest that nothing is applied of. */
function manifest(number: number, input: string, { what, why = WHOLE, fix }: Answer): Mistake {
  return { number, args: APPLY, input, exitCode: 2, what, why, fix };
}

const ofManifests: readonly Mistake[] = [
  manifest(11, `${WEB}  comand: [x]\n`, { what: /<stdin>:5:3: .*`comand`/, fix: /mean `command`/ }),
  manifest(12, `${WEB}  ports: [{containerPort: 80, hostPort: 99999}]\n`, {
    what: /99999 is not a port/,
    fix: /1 to 65535/,
  }),
  manifest(18, WEB.replace('web', 'My_Web'), { what: /"My_Web" is not a name/, fix: /a-z, 0-9/ }),
  manifest(19, `${WEB}   command: [sh]\n`, {
    what: /line 5 is indented too far: ` command: \[sh\]`/,
    fix: /begin in the same column/,
  }),
  manifest(19, WEB.replace('  image', 'image'), {
    what: /`image` does not belong here/,
    fix: /write it as `container\.image`/,
  }),
  manifest(20, WEB.replace('  image', '\timage'), { what: /a tab indents/, fix: /use spaces/ }),
  manifest(21, 'apiVersion: v1\nkind: Pod\nspec: {}\n', {
    what: /this is a Kubernetes Pod/,
    why: /which a capsule does not read/,
    fix: /write each of its containers/,
  }),
  manifest(22, 'services:\n  web:\n    image: nginx\n', {
    what: /this is a Compose file/,
    why: /which a capsule does not read/,
    fix: /write each service as a document/,
  }),
  manifest(23, 'FROM debian:12\nRUN apt-get update\nCMD ["sh"]\n', {
    what: /this is a Dockerfile/,
    why: /from which an image is built/,
    fix: /build the image .* push it to the capsule/,
  }),
  manifest(36, WEB.replace('Container', 'container'), {
    what: /"container" is not a kind/,
    fix: /did you mean Container/,
  }),
  manifest(36, WEB.replace('kind: Container\n', ''), {
    what: /kind: is missing/,
    fix: /kind: Container/,
  }),
  manifest(36, `${WEB}---\n${WEB}`, { what: /web is declared twice/, fix: /first in <stdin>:1/ }),
  manifest(37, `${WEB}  ports: ["8100:80"]\n`, {
    what: /a port is a map/,
    fix: /write it as \{hostPort: 8100, containerPort: 80\}/,
  }),
  manifest(37, `${WEB}  env: ["TZ=UTC"]\n`, {
    what: /a variable is a map/,
    fix: /write it as \{name: TZ, value: "UTC"\}/,
  }),
  manifest(38, `${WEB}  env: {A: true, B: 80}\n  command: sh -c ls\n`, {
    what: /must be a string, not true[\s\S]*|3 problems/,
    fix: /put it in quotes: "true"/,
  }),
  manifest(39, `${WEB}  resources: {memory: 256MB, cpu: two}\n`, {
    what: /"256MB" is not a size/,
    fix: /256MiB/,
  }),
  manifest(42, `${WEB}  healthCheck: {tcp: {port: 1}, http: {port: 2}}\n`, {
    what: /has the probes http and tcp/,
    fix: /exactly one of/,
  }),
  manifest(42, `${WEB}  volumes: ["data:/data"]\n`, {
    what: /unknown key `volumes`/,
    fix: /did you mean `mounts`/,
  }),
  manifest(44, `${VM}microVm: {image: x, networkMode: NETWORK_MODE_HOST}\n`, {
    what: /networkMode: /,
    why: /a microVM has a kernel and a network of its own/,
    fix: /remove networkMode/,
  }),
  manifest(44, `${VM}container: {image: x}\n`, {
    what: /MicroVM needs `microVm:`/,
    fix: /rename `container:` to `microVm:`/,
  }),
  manifest(45, '\u0000\u0001', { what: /manifest refused/, fix: /fix: / }),
  manifest(45, '', { what: /the file holds no manifest/, fix: /fix: / }),
];

const ofWords: readonly Mistake[] = [
  usage(1, 'workload lst', { what: /unknown command 'lst'/, fix: /did you mean .*workload list/ }),
  usage(2, 'workloads list', { what: /unknown command/, fix: /did you mean .*workload list/ }),
  usage(3, 'run nginx', { what: /unknown command 'run'/, fix: /fix: .*apply -f/ }),
  usage(4, 'get pods', { what: /unknown command 'get'/, fix: /did you mean .*workload/ }),
  usage(5, 'workload list --outptu json', { what: /'--outptu'/, fix: /did you mean `--output`/ }),
  usage(6, 'workload list -o jsonn', { what: /"jsonn" is not a format/, fix: /-o takes/ }),
  usage(8, 'workload logs hello --tail abc', {
    what: /--tail takes a whole number, not "abc"/,
    fix: /fix: /,
  }),
  usage(8, 'workload logs hello --since yesterday', {
    what: /--since takes .* not "yesterday"/,
    fix: /a duration like 10m/,
  }),
  usage(8, 'workload stop hello --grace soon', {
    what: /--grace takes .* not "soon"/,
    fix: /like 30s/,
  }),
  usage(8, 'workload wait hello --timeout 5minutes', {
    what: /--timeout takes .* not "5minutes"/,
    fix: /like 90s or 5m/,
  }),
  usage(9, 'apply web.yaml', { what: /web\.yaml/, fix: /-f web\.yaml/ }),
  usage(26, '--capsule tcp://192.168.1.5:50000 workload list', {
    what: /is not the address of a capsule/,
    fix: /write the address as unix:/,
  }),
  usage(27, 'workload exec -t hello -- sh', { what: /--tty needs a terminal/, fix: /use -i/ }),
  usage(30, 'cp a b', { what: /exactly one side is a path of a workload/, fix: /like web:/ }),
  usage(32, 'volume create --size 10GB x', { what: /10GB/, fix: /10G/ }),
  usage(46, 'registry login quay.io', { what: /-u USER is missing/, fix: /fix: / }),
  usage(47, 'workload delete -f hello', { what: /'-f'/, fix: /workload delete NAME/ }),
  usage(47, 'workload stop --all', { what: /'--all'/, fix: /fix: / }),
  usage(47, 'workload delete', { what: /name workloads/, fix: /-l LABELS/ }),
];

/** With answers of the capsule, which have the right exit code too. */
const ofTheCapsule: readonly Mistake[] = [
  {
    number: 7,
    args: ['workload', 'get', 'hullo'],
    exitCode: 3,
    what: /no workload named hullo/,
    why: /there is no/,
    fix: /workload list/,
  },
  {
    number: 10,
    args: ['apply', '-f', 'missing.yaml'],
    exitCode: 3,
    what: /no file missing\.yaml/,
    why: /there is no/,
    fix: /check the path/,
  },
  {
    number: 10,
    args: ['apply', '-f', 'empty'],
    exitCode: 2,
    what: /the folder empty holds no manifest/,
    why: /no manifest/,
    fix: /end in \.yaml/,
  },
  {
    number: 13,
    args: APPLY,
    exitCode: 4,
    input: `${WEB}  ports: [{containerPort: 80, hostPort: 18080}]\n`,
    what: /cannot publish 18080/,
    why: /hello publishes it/,
    fix: /another hostPort/,
  },
  {
    number: 15,
    args: RUN,
    exitCode: 1,
    input: 'name: local\nkind: Container\ncontainer: {image: localhost/home/nope:1}\n',
    what: /local is not running/,
    why: /why: image localhost\/home\/nope:1/,
    fix: /image push/,
  },
  {
    number: 16,
    args: ['image', 'pull', 'nosuch.invalid/a:1'],
    exitCode: 1,
    what: /nosuch\.invalid\/a:1 could not be pulled/,
    why: /the name of its registry is unknown/,
    fix: /check the name of the registry/,
  },
  {
    number: 17,
    args: APPLY,
    exitCode: 3,
    input: `${WEB}  mounts: [{volumeName: nope, mountPath: /d}]\n`,
    what: /no volume named nope/,
    why: /there is no/,
    fix: /volume list/,
  },
  {
    number: 17,
    args: APPLY,
    exitCode: 4,
    input: `${WEB}  mounts: [{volumeName: data, mountPath: /d}]\n`,
    what: /data is in use by holder/,
    why: /only one workload at a time/,
    fix: /workload stop holder/,
  },
  {
    number: 25,
    args: ['workload', 'list'],
    capsule: 'unix:/nonexistent.sock',
    exitCode: 1,
    what: /no capsule answers at/,
    why: /the socket does not exist/,
    fix: /check that the capsule is running/,
  },
  {
    number: 29,
    args: ['workload', 'exec', 'hello', '--', 'nosuch'],
    exitCode: 127,
    what: /cannot run nosuch/,
    why: /no such program/,
    fix: /in the image/,
  },
  {
    number: 29,
    args: ['workload', 'exec', 'stopped', '--', 'ls'],
    exitCode: 125,
    what: /stopped is not running/,
    why: /not running/,
    fix: /workload start stopped/,
  },
  {
    number: 30,
    args: ['cp', 'missing', 'hello:/tmp'],
    exitCode: 3,
    what: /missing does not exist/,
    why: /does not exist/,
    fix: /check the path/,
  },
  {
    number: 31,
    args: ['cp', 'big.bin', 'holder:/data/'],
    exitCode: 1,
    what: /big\.bin|\/data/,
    why: /no space is left/,
    fix: /fix: /,
  },
  {
    number: 33,
    args: ['volume', 'resize', 'data', '16MiB'],
    exitCode: 4,
    what: /cannot shrink from 32MiB to 16MiB/,
    why: /a volume can only grow/,
    fix: /write size: 32MiB/,
  },
  {
    number: 33,
    args: ['volume', 'delete', '--yes', 'data'],
    exitCode: 4,
    what: /data is in use by holder/,
    why: /only one workload at a time/,
    fix: /workload stop holder/,
  },
  {
    number: 34,
    args: ['image', 'push', 'web.yaml'],
    exitCode: 2,
    what: /web\.yaml is not an image archive/,
    why: /does not begin as a tar archive/,
    fix: /for a manifest, use .*apply -f/,
  },
  {
    number: 35,
    args: ['image', 'rm', IMAGE],
    exitCode: 4,
    what: /is needed by/,
    why: /a stopped workload needs its image too/,
    fix: /delete the workloads first/,
  },
  {
    number: 35,
    args: ['image', 'pull', 'Debian:12'],
    exitCode: 2,
    what: /not an image reference/,
    why: /Debian has capitals/,
    fix: /write it as/,
  },
  {
    number: 40,
    args: RUN,
    exitCode: 1,
    input: `${WEB.replace('web', 'bind')}  hostBindPaths: [/nope]\n`,
    what: /bind is not running/,
    why: /the capsule has no such path/,
    fix: /create the path on the capsule/,
  },
  {
    number: 40,
    args: RUN,
    exitCode: 1,
    input: `${WEB.replace('web', 'user')}  user: nobodyhere\n`,
    what: /user is not running/,
    why: /"nobodyhere" is unknown/,
    fix: /set `user`/,
  },
  {
    number: 40,
    args: RUN,
    exitCode: 1,
    input: `${WEB.replace('web', 'program')}  command: [/bin/nope]\n`,
    what: /program is not running/,
    why: /no such program/,
    fix: /check `command`/,
  },
  {
    number: 41,
    args: RUN,
    exitCode: 4,
    input: `${WEB}  dependsOn: [ghost]\n`,
    what: /depends on ghost/,
    why: /which does not exist/,
    fix: /apply both manifests together/,
  },
  {
    number: 41,
    args: RUN,
    exitCode: 4,
    input: `${WEB}  dependsOn: [db]\n---\n${WEB.replace('web', 'db')}  dependsOn: [web]\n`,
    what: /web needs db needs web/,
    why: /why: a workload starts when/,
    fix: /from dependsOn/,
  },
  {
    number: 43,
    args: RUN,
    exitCode: 1,
    input: `${WEB.replace('web', 'fire')}  command: [sh, -c, "echo on fire >&2; exit 3"]\n`,
    what: /ended with exit code 3/,
    why: /on fire/,
    fix: /workload logs fire/,
  },
  {
    number: 48,
    args: APPLY,
    input: `${VM}microVm: {image: x, memoryMib: 64}\n`,
    exitCode: 2,
    what: /cannot boot with memoryMib: 64/,
    why: /needs \d+ MiB/,
    fix: /write memoryMib/,
  },
];

export const MISTAKES: readonly Mistake[] = [...ofWords, ...ofManifests, ...ofTheCapsule];

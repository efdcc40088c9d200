const APPLY = 'write a manifest, and `capsulectl apply -f FILE` it';
const BUILD = 'build it with docker or podman, then `docker save IMAGE | capsulectl image push -`';
const LIST = 'did you mean `capsulectl workload list`?';
const PUSH = 'did you mean `capsulectl image push FILE`?';
const MANY = 'give each one a manifest with a name of its own; a manifest is one workload';
const PORTS = 'publish a port with `ports` in the manifest, and apply it again';

/** Commands of docker, kubectl, incus and flyctl, each with the command that does the same here. */
export const HABITS: Readonly<Record<string, string>> = {
  run: APPLY,
  create: APPLY,
  deploy: APPLY,
  launch: APPLY,
  up: APPLY,
  'workload create': APPLY,
  'workload run': APPLY,
  'workload apply': 'did you mean `capsulectl apply -f FILE`?',
  build: BUILD,
  'image build': BUILD,
  load: PUSH,
  'image load': PUSH,
  'image import': PUSH,
  'image export': 'did you mean `capsulectl image save IMAGE -o FILE`?',
  'image inspect': 'did you mean `capsulectl image get IMAGE`?',
  images: 'did you mean `capsulectl image list`?',
  volumes: 'did you mean `capsulectl volume list`?',
  snapshots: 'did you mean `capsulectl volume snapshots`?',
  containers: LIST,
  pods: LIST,
  'get pods': LIST,
  'get all': LIST,
  'get pod': 'did you mean `capsulectl workload get NAME`?',
  inspect: 'did you mean `capsulectl workload get NAME`?',
  'workload inspect': 'did you mean `capsulectl workload get NAME`?',
  'volume inspect': 'did you mean `capsulectl volume get NAME`?',
  'volume describe': 'did you mean `capsulectl volume get NAME`?',
  'image describe': 'did you mean `capsulectl image get IMAGE`?',
  status: 'did you mean `capsulectl workload list`, or `capsulectl capsule info`?',
  attach:
    '`capsulectl workload logs -f NAME` follows it, `workload exec -t NAME sh` is a shell in it',
  kill: 'did you mean `capsulectl workload stop --grace 0 NAME`?',
  'workload kill': 'did you mean `capsulectl workload stop --grace 0 NAME`?',
  down: 'did you mean `capsulectl workload delete NAME`?',
  rmi: 'did you mean `capsulectl image rm IMAGE`?',
  edit: 'change its manifest and apply it again; `capsulectl workload get NAME -o yaml > FILE` writes it',
  'workload edit':
    'change its manifest and apply it again; `capsulectl workload get NAME -o yaml > FILE` writes it',
  rename: 'a name stays; apply the manifest with the new one, then delete the old workload',
  scale: MANY,
  'port-forward': PORTS,
  port: PORTS,
  context: 'choose a capsule with --capsule TARGET, or with CAPSULE_HOST',
  config: 'choose a capsule with --capsule TARGET, or with CAPSULE_HOST',
  'workload delete -f':
    'name what to delete: `capsulectl workload delete NAME`; --force kills at once',
  'workload list -a': 'all are shown, stopped ones too: leave out -a',
  'workload list --all': 'all are shown, stopped ones too: leave out --all',
};

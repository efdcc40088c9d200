const APPLY = 'write a manifest, then run `capsulectl apply -f FILE`';
const BUILD =
  'build the image with docker or podman, then run `docker save IMAGE | capsulectl image push -`';
const LIST = 'did you mean `capsulectl workload list`?';
const PUSH = 'did you mean `capsulectl image push FILE`?';
const MANY = 'write a manifest with its own name for each copy: a manifest describes one workload';
const PORTS = 'publish the port with `ports` in the manifest, then apply it again';

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
  attach:
    '`capsulectl workload logs -f NAME` follows the output, `workload exec -t NAME sh` opens a shell',
  kill: 'did you mean `capsulectl workload stop --grace 0 NAME`?',
  'workload kill': 'did you mean `capsulectl workload stop --grace 0 NAME`?',
  down: 'did you mean `capsulectl workload delete NAME`?',
  rmi: 'did you mean `capsulectl image rm IMAGE`?',
  edit: 'change the manifest and apply it again; `capsulectl workload get NAME -o yaml > FILE` saves it',
  'workload edit':
    'change the manifest and apply it again; `capsulectl workload get NAME -o yaml > FILE` saves it',
  rename:
    'a workload keeps its name: apply its manifest with the new name, then delete the old workload',
  scale: MANY,
  'port-forward': PORTS,
  port: PORTS,
  config: 'did you mean `capsulectl context list`?',
  pair: 'did you mean `capsulectl adopt HOST`?',
  connect: 'did you mean `capsulectl adopt HOST`?',
  'workload delete -f':
    'name the workload: `capsulectl workload delete NAME`; --force kills it immediately',
  'workload list -a': 'leave out -a: the list always shows stopped workloads too',
};

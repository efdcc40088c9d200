import type { Answer, Mistake } from './mistake.ts';

export const OF_WORDS: readonly Mistake[] = [
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
    fix: /write the address as HOST:PORT/,
  }),
  usage(27, 'workload exec -t hello -- sh', { what: /--tty needs a terminal/, fix: /use -i/ }),
  usage(30, 'cp a b', {
    what: /exactly one of SOURCE and TARGET must be in a workload/,
    fix: /like web:/,
  }),
  usage(32, 'volume create --size 10GB x', { what: /10GB/, fix: /10G/ }),
  usage(46, 'registry login quay.io', { what: /-u USER is missing/, fix: /fix: / }),
  usage(47, 'workload delete -f hello', { what: /'-f'/, fix: /workload delete NAME/ }),
  usage(47, 'workload stop --all', { what: /'--all'/, fix: /fix: / }),
  usage(47, 'workload delete', { what: /name workloads/, fix: /-l LABELS/ }),
];

/** A wrong word of a command line says by itself why it is wrong. */
function usage(number: number, args: string, { what, why = what, fix }: Answer): Mistake {
  return { number, args: args.split(' '), exitCode: 2, what, why, fix };
}

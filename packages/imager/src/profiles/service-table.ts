/**
 * Node's memory, in addition to its 50 MB of program text, which goes on growing with the defaults: capsuled
 * waits most of its life, so it spends a little time to stay small. Measured with 50 workloads
 * applied, run and deleted twice, resident at the end, and processor time for 50 applies:
 * 192 MB with a semi-space of 2 MB and source maps, 154 MB and 3.5 s without maps, 94 MB and 3.8 s
 * optimised for size, 77 to 83 MB and 4.0 s without the two upper compilers as well, 79 MB and 4.6 s in
 * V8's lite mode. A semi-space of 4 MB needs no more than one of 1 MB, and collects less
 * often. Lines of the bundle are near enough to its sources to do without maps.
 *
 * Nothing is compiled in the background: a thread that compiles while the process exits can wait for a collection that
 * only the main thread starts, while the main thread waits for that thread (nodejs/node#54918). capsuled then hung at
 * power-off, one time in thirty on a busy machine, until PID 1 killed it. Collections keep their threads: without them a
 * push of 300 MB made capsuled grow by 73 MB instead of 56.
 */
export const CAPSULED_FLAGS: readonly string[] = [
  '--optimize-for-size',
  '--max-semi-space-size=4',
  '--no-opt',
  '--no-maglev',
  '--no-concurrent-sparkplug',
  '--no-concurrent-recompilation',
];

/**
 * Set at all, it keeps the C library from raising its thresholds by what was freed: buffers of a
 * pushed image go back to the system. 73 MB idle after a push and 82 with 50 workloads; without it 83
 * and 91.
 */
const FREE_AT_BYTES = 128 * 1024;

/**
 * The services that PID 1 starts and restarts, in start order, in the format of capsule-init. At a power-off,
 * capsuled gets the time that its slowest workload may take to stop; capsuled writes this time to a file.
 */
export const serviceTable = `[containerd]
exec = /usr/bin/containerd --config /etc/containerd/config.toml
oom-score-adj = -999

[capsuled]
exec = /usr/bin/node ${CAPSULED_FLAGS.join(' ')} /usr/lib/capsule/capsuled.cjs
env = NODE_ENV=production
env = MALLOC_TRIM_THRESHOLD_=${FREE_AT_BYTES}
oom-score-adj = -900
poweroff-signal = USR2
poweroff-grace-ms = 50000
poweroff-grace-file = /run/capsule/power-off-ms
`;

/**
 * What PID 1 keeps alive, in start order; the format is capsule-init's. At power-off capsuled gets
 * time to stop the workloads in order, a little more than it asks for itself.
 */
export const serviceTable = `[containerd]
exec = /usr/bin/containerd --config /etc/containerd/config.toml
oom-score-adj = -999

[capsuled]
exec = /usr/bin/node --max-semi-space-size=2 --enable-source-maps /usr/lib/capsule/capsuled.cjs
env = NODE_ENV=production
oom-score-adj = -900
poweroff-signal = USR2
poweroff-grace-ms = 50000
`;

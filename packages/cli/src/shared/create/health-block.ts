import type { Input } from '../../program/input.ts';
import type { Flag } from '../../program/manual.ts';

type Block = Readonly<Record<string, unknown>>;

/** The health check of a container: one of the first three, and how it is done. */
export const HEALTH_FLAGS: readonly Flag[] = [
  { flags: '--health-cmd <command>', summary: 'healthy if this shell command succeeds' },
  { flags: '--health-http <url>', summary: 'healthy if it answers: 8080/health, https:8443/' },
  { flags: '--health-tcp <port>', summary: 'healthy if the port accepts a connection' },
  { flags: '--health-interval <seconds>', summary: 'between two health checks' },
  { flags: '--health-timeout <seconds>', summary: 'the longest health check' },
  { flags: '--health-retries <count>', summary: 'failures in a row that make it unhealthy' },
  { flags: '--health-start-period <seconds>', summary: 'failures after a start do not count' },
  {
    flags: '--health-on-failure <action>',
    summary: 'what happens to an unhealthy container',
    choices: ['restart', 'none'],
  },
];

/** The block `healthCheck:` of a manifest; undefined without a flag for it. Fails with `CLI_USAGE`. */
export function healthBlock(input: Input): Block | undefined {
  const probe = probeOf(input);
  const how = {
    intervalSeconds: input.count('healthInterval'),
    timeoutSeconds: input.count('healthTimeout'),
    retries: input.count('healthRetries'),
    startPeriodSeconds: input.count('healthStartPeriod'),
    onFailure: input.text('healthOnFailure'),
  };
  const given = Object.entries(how).filter(([, value]) => value !== undefined);
  const isNone = Object.keys(probe).length === 0 && given.length === 0;
  return isNone ? undefined : { ...probe, ...Object.fromEntries(given) };
}

function probeOf(input: Input): Block {
  const [command, url, port] = ['healthCmd', 'healthHttp', 'healthTcp'].map((flag) =>
    input.text(flag),
  );
  return {
    ...(command !== undefined && { exec: { command: ['/bin/sh', '-c', command] } }),
    ...(url !== undefined && { http: httpOf(input, url) }),
    ...(port !== undefined && { tcp: { port: input.count('healthTcp') } }),
  };
}

/** `8080`, `8080/health`, `https:8443/` */
function httpOf(input: Input, url: string): Block {
  const [, scheme, port, path] = /^(?:(https?):)?(\d{1,5})(\/.*)?$/.exec(url) ?? [];
  if (port === undefined) {
    throw input.refuse(
      `--health-http takes a port and a path, not ${JSON.stringify(url)}`,
      'write 8080/health, or https:8443/health',
    );
  }
  return { port: Number(port), ...(path && { path }), ...(scheme && { scheme }) };
}

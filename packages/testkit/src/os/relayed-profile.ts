import type { Profile } from '@capsule/imager';

/** Where the relay listens in the machine. */
export const RELAY_PORT = 50_001;

const PROGRAM = `const net = require('node:net');
net.createServer({ allowHalfOpen: true }, (from) => {
  const to = net.connect('/run/capsule/capsuled.sock');
  for (const side of [from, to]) side.on('error', () => { from.destroy(); to.destroy(); });
  from.pipe(to).pipe(from);
}).listen(${RELAY_PORT});
`;

const SERVICE = `
[relay]
exec = /usr/bin/node --jitless /usr/lib/capsule/test-relay.cjs
`;

const MACHINE_CONF = '/etc/capsule/machine.conf';
const SERVICES_CONF = '/etc/capsule/services.conf';

/**
 * The system with a way into it for tests: a port that leads to the socket of root. An emulator translates compiled
 * JavaScript once more, and again after each change of it: where it runs, capsuled is interpreted.
 */
export function relayedProfile(profile: Profile, isEmulated: boolean): Profile {
  const { machine, files } = profile;
  if (machine === undefined) throw new TypeError(`the profile ${profile.name} is no machine`);
  const [services, own] = [files[SERVICES_CONF]?.content, machine.files[MACHINE_CONF]?.content];
  const interpreted = '\nenv = NODE_OPTIONS=--jitless\nenv = NODE_ENV=';
  return {
    ...profile,
    files: {
      ...files,
      [SERVICES_CONF]: {
        content: isEmulated
          ? (services ?? '').replace('\nenv = NODE_ENV=', interpreted)
          : (services ?? ''),
      },
    },
    machine: {
      ...machine,
      files: {
        ...machine.files,
        [MACHINE_CONF]: { content: (own ?? '') + SERVICE },
        '/usr/lib/capsule/test-relay.cjs': { content: PROGRAM },
      },
    },
  };
}

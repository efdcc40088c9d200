import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { isCapsuleError } from '@capsule/core';
import { lockFile } from '@capsule/host';
import { writeClaim } from './claim/claim.ts';
import { hostNames } from './claim/host-names.ts';
import { hostPaths } from './claim/host-paths.ts';
import { HostWatch } from './host/host-watch.ts';
import { lookAtHost } from './host/look-at-host.ts';
import { describeProblem, hostError, problemOf } from './host-errors.ts';
import { launch } from './launch.ts';
import type { LaunchAnswer, LaunchRequest } from './launch-request.ts';
import { forwardPorts } from './ports/forward-ports.ts';
import { followResolver } from './resolver/follow-resolver.ts';

/**
 * The background process of one capsule: `node launcher.ts REQUEST`. Runs the capsule as its child
 * and carries its published ports to 127.0.0.1. TERM or INT ends both; so does the end of standard
 * input when the request says `attached`.
 */
const STOP_GRACE_MS = 90_000;

const request = JSON.parse(process.argv[2] ?? '') as LaunchRequest;
const say = (line: string) =>
  void process.stderr.write(`${new Date().toISOString()} launcher ${line}\n`);

async function main(): Promise<void> {
  const leave = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => leave.abort(signal));
  }
  process.on('SIGHUP', () => undefined); // the terminal that started it may go
  if (request.attached) {
    process.stdin.resume();
    process.stdin.on('error', () => leave.abort('the parent process ended'));
    process.stdin.on('close', () => leave.abort('the parent process ended'));
  }
  await using _lock = await lockFile(hostPaths(request.name).lock, { wait: false });
  const capsule = await launch(request);
  say(`capsule ${request.name} runs as pid ${capsule.claim.pid}`);
  for (const note of capsule.notes) say(note);
  const { name, stateDir } = request;
  const { subnet } = capsule.claim;
  const place = { names: hostNames(name), subnet, stateDir };
  const { report: reportPath, resolvConf } = hostPaths(name);
  await using host = new HostWatch({ look: () => lookAtHost(place), reportPath, say });
  const problems = await host.start();
  await answer({ running: true, warnings: [...capsule.notes, ...problems.map(describeProblem)] });
  await using _resolver = await followResolver({ target: resolvConf, say });
  // Loaded late: the API's client takes longer to load than the capsule to start.
  const { watchPublished } = await import('./ports/watch-published.ts');
  const forwarding = forwardPorts({
    address: subnet.capsuleAddress,
    published: watchPublished({ target: `unix:${capsule.claim.socket}`, say }, leave.signal),
    report: async (taken) => {
      const address = subnet.capsuleAddress;
      const errors = taken.map(({ why: detail, ...port }) =>
        hostError.PORT_TAKEN({ ...port, detail, address }),
      );
      await host.setPorts(errors.map(problemOf));
      await writeClaim({ ...capsule.claim, portProblems: taken });
    },
    say,
  }).catch((error: unknown) => say(`ports are no longer forwarded: ${String(error)}`));
  const asked = leave.signal.aborted ? Promise.resolve() : once(leave.signal, 'abort');
  const code = await Promise.race([capsule.ended, asked.then(() => undefined)]);
  say(
    code === undefined
      ? `stopping: ${leave.signal.reason}`
      : `the capsule ended with exit code ${code}`,
  );
  leave.abort();
  await forwarding;
  // A look during the shutdown would restore the rules that it removes.
  await host[Symbol.asyncDispose]();
  await capsule.stop(STOP_GRACE_MS);
  say('stopped');
}

/** The starting process may have closed its end already. */
async function answer(message: LaunchAnswer): Promise<void> {
  const stream = createWriteStream('', { fd: 3 });
  stream.on('error', () => undefined);
  stream.end(`${JSON.stringify(message)}\n`);
  await once(stream, 'close');
}

try {
  await main();
  process.exit(0); // standard input may still be open
} catch (error) {
  const code = isCapsuleError(error) ? error.code : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  say(error instanceof Error ? (error.stack ?? message) : message);
  await answer({ running: false, code, message });
  process.exit(1);
}

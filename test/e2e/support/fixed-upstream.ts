/**
 * A resolver that answers every question for an IPv4 address with the same one, until its standard
 * input ends. Prints `listening` when it does.
 *
 *     node fixed-upstream.ts ADDRESS ANSWER
 */
import { once } from 'node:events';
import { TestUpstream, upstreamReply } from '@capsule/testkit';

const [address = '', data = ''] = process.argv.slice(2);

await using _upstream = await TestUpstream.open({
  address,
  port: 53,
  respond: (query) => upstreamReply(query, { answers: [{ type: 'A', data }] }),
});
process.stdout.write('listening\n');
process.stdin.resume();
await once(process.stdin, 'end');

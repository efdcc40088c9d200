/**
 * A resolver that answers every A query with the same address, until its standard input ends. It prints
 * `listening` when it listens. `node fixed-upstream.ts ADDRESS ANSWER`
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

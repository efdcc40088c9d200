import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import { run } from '@capsule/host';
import {
  askName,
  type Lab,
  type NameQuery,
  type NameReply,
  type NameServer,
  startLab,
  TestUpstream,
  TrafficAgent,
  type UpstreamQuery,
  upstreamReply,
} from '@capsule/testkit';
import { pathOf } from '../lab/capsulectl.ts';
import { cellAgent } from '../lab/cell-agent.ts';
import { enter } from '../lab/enter.ts';
import { inside } from '../lab/inside.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { stretched } from '../lab/stretched.ts';
import { until } from '../lab/until.ts';
import {
  AS_ROOT,
  deleteWorkloads,
  getWorkload,
  type RunningWorkload,
  runWorkload,
} from '../lab/workload.ts';
import type { Flood } from './support/flood-names.ts';

const IMAGE = 'named:1';
const SERVE =
  'mkdir -p /tmp/www && echo "page of $HOSTNAME" > /tmp/www/index.html && exec busybox httpd -f -p 80 -h /tmp/www';
const GATEWAY = '172.20.254.1';
const BOUND = { timeout: 240_000 };

const FOUND = { answers: [{ type: 'A', data: '192.0.2.80' }] };
const EVIL = { answers: [{ type: 'A', data: '203.0.113.66' }] };
const MANY = Array.from({ length: 200 }, (_, at) => ({
  type: 'A',
  data: `192.0.2.${at}`,
}));

/** The Internet of this test, by name and type. */
const WORLD: Readonly<
  Record<string, (query: UpstreamQuery) => Buffer | readonly Buffer[] | undefined>
> = {
  'example.test A': (query) => upstreamReply(query, FOUND),
  'example.test AAAA': (query) =>
    upstreamReply(query, { answers: [{ type: 'AAAA', data: '2001:db8::80' }] }),
  'alias.example.test A': (query) =>
    upstreamReply(query, {
      answers: [
        { type: 'CNAME', data: 'example.test' },
        { type: 'A', data: '192.0.2.80', name: 'example.test' },
      ],
    }),
  'intranet.lan.test A': (query) => upstreamReply(query, FOUND),
  'large.test A': (query) =>
    upstreamReply(query, query.transport === 'udp' ? { isTruncated: true } : { answers: MANY }),
  'guessed.test A': (query) => [
    upstreamReply(query, { ...EVIL, id: query.id ^ 1 }),
    upstreamReply(query, { ...EVIL, name: 'guesse.test' }),
    upstreamReply(query, { ...EVIL, type: 'AAAA' }),
    upstreamReply(query, FOUND),
  ],
};

suite('names', { concurrency: false }, () => {
  let lab: Lab;
  let upstream: TestUpstream;
  let web: RunningWorkload;
  let client: TrafficAgent;

  before(async () => {
    lab = await startLab({ images: [] });
    upstream = await TestUpstream.open({ address: lab.hostAddress, port: 53, respond });
    await useResolvers(lab, `nameserver ${lab.hostAddress}\nsearch lan.test\n`);
    await pushBusybox(lab, IMAGE, { Cmd: ['/bin/sh', '-c', SERVE], StopSignal: 'SIGKILL' });
    web = await runWorkload(lab, 'web', { image: IMAGE });
    await runWorkload(lab, 'client', { image: IMAGE });
    client = cellAgent(lab, 'client');
  }, BOUND);

  after(async () => {
    await client[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
    await lab[Symbol.asyncDispose]();
  }, BOUND);

  const ask = (query: NameQuery, server: Partial<NameServer> = {}) =>
    replyTo(client, query, { address: GATEWAY, ...server });
  /** Repeats queries that were lost in a full queue, as resolvers do (resolv.conf(5)). */
  const askAgain = async (query: NameQuery): Promise<NameReply> => {
    for (let tries = 1; tries < 3; tries += 1) {
      const reply = await askName(client, { address: GATEWAY, patienceMs: 5_000 }, query);
      if (reply !== 'silent') return typeof reply === 'string' ? assert.fail(reply) : reply;
    }
    return ask(query);
  };
  const fetchFrom = (name: string) => inside(lab, name, 'busybox', 'wget', '-qO-', 'http://web/');
  const addressOf = (workload: { readonly status: { readonly address?: string } }) =>
    `A ${workload.status.address}`;

  test('two workloads reach one another by name', async () => {
    for (const [from, to] of [
      ['client', 'web'],
      ['web', 'client'],
    ] as const) {
      for (const name of [to, `${to}.capsule.internal`]) {
        const fetched = await inside(lab, from, 'busybox', 'wget', '-qO-', `http://${name}/`);
        assert.equal(fetched.stdout, `page of ${to}\n`, fetched.stderr);
      }
    }
  });

  test('nslookup in a workload prints names, addresses and missing names', async () => {
    const nslookup = async (name: string) => {
      const { stdout, stderr } = await inside(lab, 'client', 'busybox', 'nslookup', name);
      return `${stdout}${stderr}`;
    };
    const address = web.status.address ?? '';
    assert.match(
      await nslookup('web'),
      new RegExp(`web\\.default\\.main\\.capsule\\.internal\\s+Address: ${address}\n`),
    );
    assert.match(await nslookup(address), /name = web\.capsule\.internal/);
    assert.match(await nslookup('nobody.capsule.internal'), /NXDOMAIN/);
    assert.match(await nslookup('example.test'), /192\.0\.2\.80/);
    assert.match(await nslookup('example.test'), /2001:db8::80/);
  });

  test('over UDP and TCP, a name has an A record and no records of other types', async () => {
    for (const protocol of ['udp', 'tcp'] as const) {
      const found = await ask({ name: 'WEB.capsule.internal' }, { protocol });
      assert.deepEqual([found.rcode, found.isAuthoritative], ['NOERROR', true]);
      assert.deepEqual(found.answers, [addressOf(web)]);
      assert.ok(found.ttls.every((ttl) => ttl <= 5));
      const none = await ask({ name: 'web.capsule.internal', type: 'AAAA' }, { protocol });
      assert.deepEqual(
        [none.rcode, none.answers, none.absence],
        ['NOERROR', [], 'capsule.internal'],
      );
      const nobody = await ask({ name: 'nobody.capsule.internal' }, { protocol });
      assert.deepEqual([nobody.rcode, nobody.absence], ['NXDOMAIN', 'capsule.internal']);
    }
  });

  test('a running workload resolves workloads that are added, moved to host mode, and deleted', async () => {
    assert.equal((await ask({ name: 'late' }, {})).rcode, 'NXDOMAIN');
    const late = await runWorkload(lab, 'late', { image: IMAGE });
    assert.deepEqual((await ask({ name: 'late' })).answers, [addressOf(late)]);
    // In the network of the capsule, only root can listen on port 80.
    await runWorkload(lab, 'late', {
      image: IMAGE,
      ...AS_ROOT,
      networkMode: 'NETWORK_MODE_HOST',
    });
    assert.deepEqual((await ask({ name: 'late' })).answers, [`A ${GATEWAY}`]);
    const fetched = await inside(lab, 'client', 'busybox', 'wget', '-qO-', 'http://late/');
    assert.match(fetched.stdout, /^page of/);
    await deleteWorkloads(lab, 'late');
    assert.equal((await ask({ name: 'late' })).rcode, 'NXDOMAIN');
  });

  test('a workload in host mode finds other workloads by name', async () => {
    await runWorkload(lab, 'proxy', {
      image: IMAGE,
      args: ['sleep', '1000'],
      networkMode: 'NETWORK_MODE_HOST',
    });
    const { exitCode, stdout, stderr } = await fetchFrom('proxy');
    await deleteWorkloads(lab, 'proxy');
    assert.deepEqual(
      { exitCode, stdout, stderr },
      { exitCode: 0, stdout: 'page of web\n', stderr: '' },
    );
  });

  test('a stopped workload has a name without an address until it starts', async () => {
    await runWorkload(lab, 'resting', { image: IMAGE });
    await using capsule = connectCapsule(lab.host);
    await capsule.workload.stop({ name: 'resting' });
    const stopped = await ask({ name: 'resting.capsule.internal' });
    assert.deepEqual([stopped.rcode, stopped.answers], ['NOERROR', []]);
    await capsule.workload.start({ name: 'resting' });
    const { status } = await getWorkload(lab, 'resting');
    assert.deepEqual((await ask({ name: 'resting' })).answers, [`A ${status.address}`]);
    await deleteWorkloads(lab, 'resting');
  });

  test('other names resolve through the uplink, also with its search domain', async () => {
    assert.deepEqual((await ask({ name: 'example.test' })).answers, ['A 192.0.2.80']);
    const alias = await ask({ name: 'alias.example.test' });
    assert.deepEqual(alias.answers, ['CNAME example.test', 'A 192.0.2.80']);
    assert.equal((await ask({ name: 'nothing.test' })).rcode, 'NXDOMAIN');
    const { stdout } = await inside(lab, 'client', 'busybox', 'ping', '-c1', '-W1', 'intranet');
    assert.match(stdout, /^PING intranet \(192\.0\.2\.80\)/);
  });

  test('an answer that is too large for UDP is sent over TCP', async () => {
    const cut = await ask({ name: 'large.test', udpBytes: 4096 });
    assert.deepEqual([cut.isTruncated, cut.answers], [true, []]);
    const whole = await ask({ name: 'large.test', udpBytes: 4096 }, { protocol: 'tcp' });
    assert.equal(whole.answers.length, MANY.length);
  });

  test('answers with a wrong id, question or sender are ignored', async (t) => {
    assert.deepEqual((await ask({ name: 'guessed.test' })).answers, ['A 192.0.2.80']);
    const evil = createSocket('udp4');
    t.after(() => evil.close());
    upstream.respond = async (query) => {
      const sent = Promise.withResolvers<void>();
      evil.send(upstreamReply(query, EVIL), query.port, lab.address, () => sent.resolve());
      await sent.promise;
      return upstreamReply(query, FOUND);
    };
    t.after(() => {
      upstream.respond = respond;
    });
    assert.deepEqual((await ask({ name: 'sent-by-another.test' })).answers, ['A 192.0.2.80']);
    const asked = upstream.asked.map(({ port }) => port);
    assert.ok(new Set(asked).size > asked.length / 2, 'ports are used again and again');
  });

  test('the capsule itself gets answers, and no other host on the uplink does', async (t) => {
    const { stdout } = await lab.exec(['cat', '/etc/resolv.conf']);
    assert.match(stdout, new RegExp(`^nameserver ${lab.hostAddress}$`, 'm'));
    const capsule = agentIn(t, lab.netns);
    const own = await replyTo(capsule, { name: 'web' }, { address: GATEWAY });
    assert.deepEqual(own.answers, [addressOf(web)]);
    const host = agentIn(t);
    for (const protocol of ['udp', 'tcp'] as const) {
      for (const port of [53, 20053]) {
        const server = { address: lab.address, port, protocol, patienceMs: 500 };
        assert.match(String(await askName(host, server, { name: 'web' })), /^(refused|silent)$/);
      }
    }
  });

  test(
    '10,000 concurrent queries neither increase the memory of capsuled nor delay other clients',
    BOUND,
    async (t) => {
      const pid = await lab.servicePid('capsuled');
      const flood = async (quietMs: number) => {
        let isOver = false;
        const flooding = floodFrom(lab, 'web', { count: 10_000, quietMs });
        void flooding.finally(() => {
          isOver = true;
        });
        const servedAt: number[] = [];
        while (!isOver) {
          assert.equal((await askAgain({ name: 'client' })).answers.length, 1);
          assert.equal((await info()).workloadsRunning, 2);
          servedAt.push(Date.now());
        }
        const { answers, firstAt, lastAt } = await flooding;
        const between = servedAt.filter((at) => at > firstAt && at < lastAt).length;
        t.diagnostic(`${answers} answers; others and the API were served ${between} times between`);
        return between;
      };
      const handles = async () => (await readdir(`/proc/${pid}/fd`)).length;
      const quiet = await handles();
      t.after(() => {
        upstream.respond = respond;
      });
      // Once with an upstream that never answers, and once to fill every table of the responder.
      upstream.respond = () => undefined;
      assert.ok((await flood(3_000)) > 0, 'others waited for the last of the flood');
      upstream.respond = (query) => upstreamReply(query, FOUND);
      for (let round = 0; round < 2; round += 1) await flood(1_000);
      const before = await residentBytes(pid);
      for (let round = 0; round < 3; round += 1) await flood(1_000);
      const grownBytes = (await residentBytes(pid)) - before;
      t.diagnostic(`grown by ${Math.round(grownBytes / 1024)} KiB`);
      assert.ok(grownBytes < 12 * 1024 * 1024, `${grownBytes}`);
      await until('every socket to be closed', 10_000, async () => (await handles()) <= quiet + 2);
    },
  );

  test('a new uplink is used immediately, and running workloads get its search domain', async (t) => {
    await startFixedUpstream(t, lab, '127.0.0.1', '198.51.100.1');
    assert.deepEqual((await ask({ name: 'example.test' })).answers, ['A 192.0.2.80']);
    await useResolvers(lab, 'nameserver 127.0.0.1\nsearch office.test\n');
    assert.deepEqual((await ask({ name: 'example.test' })).answers, ['A 198.51.100.1']);
    await useResolvers(lab, '');
    const startedAt = performance.now();
    assert.equal((await ask({ name: 'example.test' })).rcode, 'SERVFAIL');
    assert.ok(performance.now() - startedAt < stretched(1000));
    assert.deepEqual((await ask({ name: 'web' })).answers, [addressOf(web)]);
    await useResolvers(lab, `nameserver ${lab.hostAddress}\nsearch lan.test\n`);
    assert.deepEqual((await ask({ name: 'example.test' })).answers, ['A 192.0.2.80']);
  });

  test('a DNS port that another program uses is reported, and everything else works', async () => {
    {
      await using thief = new TrafficAgent(lab.netns);
      // It starts earlier, so that it takes the port before the next capsuled.
      await thief.serve('thief', { protocol: 'udp', port: 0 });
      await lab.killCapsuled();
      await thief.serve('thief', { protocol: 'udp', port: 20053 });
      await lab.ready();
      const codes = async () => (await info()).problems.map(({ code }) => code);
      assert.deepEqual(await codes(), ['DNS_PORT_TAKEN']);
      await runWorkload(lab, 'meanwhile', { image: IMAGE });
      await deleteWorkloads(lab, 'meanwhile');
    }
    await until('names to be answered again', 10_000, async () => {
      return (await info()).problems.length === 0;
    });
    assert.deepEqual((await ask({ name: 'web' })).answers, [addressOf(web)]);
  });

  test('a query that is sent while capsuled is down is answered after its restart', async (t) => {
    const { status } = await runWorkload(lab, 'client', { image: IMAGE });
    const took: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      await lab.killCapsuled();
      const startedAt = performance.now();
      const fetched = await enter(lab, status.pid, '/bin/busybox', 'wget', '-qO-', 'http://web/');
      took.push(Math.round(performance.now() - startedAt));
      assert.equal(fetched.stdout, 'page of web\n', fetched.stderr);
      await lab.ready();
    }
    t.diagnostic(`looked up and fetched in ${took.join(', ')} ms`);
  });

  async function info() {
    await using capsule = connectCapsule(lab.host);
    return await capsule.capsule.getInfo({});
  }
});

function respond(query: UpstreamQuery): Buffer | readonly Buffer[] | undefined {
  const known = WORLD[`${query.name} ${query.type}`];
  return known?.(query) ?? upstreamReply(query, { rcode: 3, soa: 'test' });
}

async function replyTo(
  agent: TrafficAgent,
  query: NameQuery,
  server: NameServer,
): Promise<NameReply> {
  const reply = await askName(agent, server, query);
  if (typeof reply === 'string') assert.fail(`${query.name}: ${reply}`);
  return reply;
}

function agentIn(t: TestContext, namespace?: string): TrafficAgent {
  const agent = new TrafficAgent(namespace);
  t.after(() => agent[Symbol.asyncDispose]());
  return agent;
}

/** Resolves when capsuled has updated the file of its workloads, if there are any. */
async function useResolvers(lab: Lab, text: string): Promise<void> {
  await writeFile(pathOf(lab, '/etc/resolv.conf'), text);
  const [, search] = /^search (.*)$/m.exec(text) ?? [];
  const own = 'search default.main.capsule.internal capsule.internal';
  const wanted = [own, ...(search === undefined ? [] : [search])].join(' ');
  await until('the new search domains', 10_000, async () => {
    const told = await readFile(pathOf(lab, '/run/capsule-net/capsule/resolv.conf'), 'utf8');
    return told.split('\n').includes(wanted);
  });
}

/** A resolver in the capsule's own network. */
async function startFixedUpstream(
  t: TestContext,
  lab: Lab,
  address: string,
  answer: string,
): Promise<void> {
  const program = join(import.meta.dirname, 'support/fixed-upstream.ts');
  const args = ['netns', 'exec', lab.netns, process.execPath, program, address, answer];
  const child = spawn('ip', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(async () => {
    child.stdin.end();
    await once(child, 'exit');
  });
  await once(child.stdout, 'data');
}

async function floodFrom(
  lab: Lab,
  workload: string,
  { count, quietMs }: { readonly count: number; readonly quietMs: number },
): Promise<Flood> {
  const program = join(import.meta.dirname, 'support/flood-names.ts');
  const into = `--net=${pathOf(lab, `/run/netns/main_default_default_${workload}`)}`;
  const argv = [into, '--', process.execPath, program, GATEWAY, String(count), String(quietMs)];
  return JSON.parse((await run('nsenter', argv)).stdout) as Flood;
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

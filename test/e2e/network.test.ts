import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { type Lab, startLab, TrafficAgent } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { cellAgent } from '../lab/cell-agent.ts';
import { freePorts } from '../lab/free-ports.ts';
import { inside } from '../lab/inside.ts';
import { page } from '../lab/page.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { until } from '../lab/until.ts';
import { deleteWorkloads, manifest, type RunningWorkload, runWorkload } from '../lab/workload.ts';

const IMAGE = 'serve:1';
const SERVE =
  'mkdir -p /tmp/www && echo "page of $HOSTNAME" > /tmp/www/index.html && exec busybox httpd -f -p 80 -h /tmp/www';
/** Ports of the capsule that are forwarded to `web`: an HTTP server, and a TCP and a UDP port of an agent. */
const [PAGE = 0, TCP = 0, UDP = 0] = await freePorts(3);

const BOUND = { timeout: 180_000 };

let lab: Lab;
let web: RunningWorkload;
let other: RunningWorkload;
let host: TrafficAgent;
let capsule: TrafficAgent;
let webCell: TrafficAgent;
let otherCell: TrafficAgent;

before(async () => {
  lab = await startLab({ images: [] });
  await pushBusybox(lab, IMAGE, { Cmd: ['/bin/sh', '-c', SERVE], StopSignal: 'SIGKILL' });
  web = await runWorkload(lab, 'web', {
    image: IMAGE,
    ports: [
      { containerPort: 80, hostPort: PAGE },
      { containerPort: 81, hostPort: TCP },
      { containerPort: 82, hostPort: UDP, protocol: 'udp' },
      // The same number as a TCP port, with another target.
      { containerPort: 83, hostPort: TCP, protocol: 'udp' },
    ],
  });
  other = await runWorkload(lab, 'other', { image: IMAGE });
  host = new TrafficAgent();
  capsule = new TrafficAgent(lab.netns);
  webCell = cellAgent(lab, 'web');
  otherCell = cellAgent(lab, 'other');
  await webCell.serve('web', { protocol: 'tcp', port: 81 });
  await webCell.serve('web', { protocol: 'udp', port: 82 });
  await webCell.serve('second', { protocol: 'udp', port: 83 });
}, BOUND);

after(async () => {
  for (const agent of [host, capsule, webCell, otherCell]) await agent[Symbol.asyncDispose]();
  await lab[Symbol.asyncDispose]();
}, BOUND);

test("the host reaches published TCP and UDP ports at the capsule's address, with its own source address", async () => {
  const address = lab.address;
  const saw = `web saw ${lab.hostAddress}`;
  assert.equal(await host.ask({ protocol: 'tcp', address, port: TCP }), saw);
  assert.equal(await host.ask({ protocol: 'udp', address, port: UDP }), saw);
  assert.equal(
    await host.ask({ protocol: 'udp', address, port: TCP }),
    `second saw ${lab.hostAddress}`,
  );
  assert.equal(await page(`http://${address}:${PAGE}/`), 'page of web\n');
});

test('published ports also answer at 127.0.0.1 of the host', async () => {
  const address = '127.0.0.1';
  // The launcher learns new ports from the API.
  await until('127.0.0.1 to be forwarded', 10_000, async () => {
    return (await host.ask({ protocol: 'tcp', address, port: TCP })) !== 'refused';
  });
  assert.match(await host.ask({ protocol: 'tcp', address, port: TCP }), /^web saw/);
  assert.match(await host.ask({ protocol: 'udp', address, port: UDP }), /^web saw/);
  assert.equal(await page(`http://${address}:${PAGE}/`), 'page of web\n');
});

test('inside the capsule, published ports answer at 127.0.0.1 and at its own addresses', async () => {
  for (const address of ['127.0.0.1', lab.address, '172.20.254.1']) {
    assert.match(await capsule.ask({ protocol: 'tcp', address, port: TCP }), /^web saw/, address);
    assert.match(await capsule.ask({ protocol: 'udp', address, port: UDP }), /^web saw/, address);
  }
});

test('workloads reach each other at their addresses, with their own source address', async () => {
  const address = web.status.address ?? '';
  const saw = `web saw ${other.status.address}`;
  assert.equal(await otherCell.ask({ protocol: 'tcp', address, port: 81 }), saw);
  assert.equal(await otherCell.ask({ protocol: 'udp', address, port: 82 }), saw);
});

test("workloads reach published ports at the capsule's address, also their own", async () => {
  for (const cell of [otherCell, webCell]) {
    for (const address of [lab.address, '172.20.254.1']) {
      assert.match(await cell.ask({ protocol: 'tcp', address, port: TCP }), /^web saw/);
      assert.match(await cell.ask({ protocol: 'udp', address, port: UDP }), /^web saw/);
    }
  }
});

test('a workload reaches a port of the host although another workload publishes the same port', async () => {
  const address = lab.hostAddress;
  await host.serve('host', { protocol: 'tcp', address, port: TCP });
  await host.serve('host', { protocol: 'udp', address, port: UDP });
  for (const cell of [otherCell, webCell]) {
    const saw = `host saw ${lab.address}`;
    assert.equal(await cell.ask({ protocol: 'tcp', address, port: TCP }), saw);
    assert.equal(await cell.ask({ protocol: 'udp', address, port: UDP }), saw);
  }
});

test('a program in a workload reaches a server of the host', async (t) => {
  const server = createServer((socket) => socket.end('hello from the host\n'));
  t.after(() => server.close());
  server.listen(0, lab.hostAddress);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const fetched = await inside(lab, 'other', 'busybox', 'nc', lab.hostAddress, String(port));
  assert.equal(fetched.stdout, 'hello from the host\n');
});

test('an unpublished port is refused, also if a workload listens on it', async () => {
  const address = lab.address;
  assert.equal(await host.ask({ protocol: 'tcp', address, port: 81 }), 'refused');
  assert.equal(await otherCell.ask({ protocol: 'tcp', address, port: 81 }), 'refused');
  assert.equal(await host.ask({ protocol: 'udp', address, port: 82 }), 'refused');
});

test('no workload reaches port 50000 at any address of the capsule', async () => {
  // capsuled listens there, and the host reaches it.
  const api = connect(50000, lab.address);
  await once(api, 'connect');
  api.destroy();
  for (const own of [lab.address, '172.20.254.1']) {
    assert.equal(await otherCell.ask({ protocol: 'tcp', address: own, port: 50000 }), 'refused');
  }
});

test('a workload without ports is unreachable from outside, also through a route to its address', async () => {
  await otherCell.serve('other', { protocol: 'tcp', port: 90 });
  const address = other.status.address ?? '';
  assert.match(await capsule.ask({ protocol: 'tcp', address, port: 90 }), /^other saw/);
  const { stdout } = await lab.exec(['nft', 'list', 'chain', 'inet', 'capsule', 'passing']);
  assert.match(stdout, /policy drop/);
});

test('a UDP client with a fixed source port reaches the new workload of a published port', async () => {
  const asked = { protocol: 'udp', address: lab.address, port: 18090, sourcePort: 41234 } as const;
  for (const name of ['early', 'late']) {
    const ports = [{ containerPort: 82, hostPort: 18090, protocol: 'udp' }];
    await runWorkload(lab, name, { image: IMAGE, ports });
    {
      await using cell = cellAgent(lab, name);
      await cell.serve(name, { protocol: 'udp', port: 82 });
      assert.equal(await host.ask(asked), `${name} saw ${lab.hostAddress}`);
    }
    await deleteWorkloads(lab, name);
  }
  assert.equal(await host.ask(asked), 'refused');
});

test('a cell has its own hosts, resolv.conf and host name', async () => {
  const of = async (file: string) =>
    (await lab.exec(['cat', `/proc/${web.status.pid}/root/etc/${file}`])).stdout;
  const hosts = (await of('hosts')).split('\n').map((line) => line.split(/\s+/));
  assert.ok(
    hosts.some(([address, ...names]) => address === '127.0.0.1' && names.includes('localhost')),
  );
  assert.ok(
    hosts.some(([address, ...names]) => address === web.status.address && names.includes('web')),
  );
  assert.equal(await of('hostname'), 'web\n');
  const named = await lab.exec(['nsenter', '-t', String(web.status.pid), '-u', 'uname', '-n']);
  assert.equal(named.stdout, 'web\n');
  assert.match(
    await of('resolv.conf'),
    /^nameserver 172\.20\.254\.1\nsearch default\.main\.capsule\.internal capsule\.internal/,
  );
});

const refused: readonly {
  readonly what: string;
  readonly ports: readonly { containerPort: number; hostPort: number; protocol?: string }[];
  readonly says: RegExp;
}[] = [
  { what: 'zero', ports: [{ containerPort: 80, hostPort: 0 }], says: /hostPort.*0/ },
  {
    what: 'above 65535',
    ports: [{ containerPort: 65536, hostPort: 1 }],
    says: /65536 is not a port/,
  },
  { what: 'the API', ports: [{ containerPort: 80, hostPort: 50000 }], says: /50000\/tcp/ },
  {
    what: 'named twice',
    ports: [
      { containerPort: 80, hostPort: 18100 },
      { containerPort: 81, hostPort: 18100 },
    ],
    says: /18100\/tcp is published twice/,
  },
  {
    what: 'held by another',
    ports: [{ containerPort: 80, hostPort: TCP }],
    says: /web publishes it/,
  },
];
for (const { what, ports, says } of refused) {
  test(`a port that is ${what} is refused at apply, and nothing is created`, async () => {
    const text = manifest('refused', { image: IMAGE, ports });
    const answer = await lab.capsulectlWith({ input: text }, 'apply', '-f', '-', '--no-wait');
    assert.ok([2, 4].includes(answer.exitCode), `${answer.exitCode} ${answer.stdout}`);
    assert.match(answer.stderr, says);
    const { stdout } = await capsulectl(lab, ['workload', 'list', '-o', 'name']);
    assert.deepEqual(stdout.split('\n').filter(Boolean).sort(), ['other', 'web']);
  });
}

test('UDP 50000 is free, and so is a TCP port that another workload publishes for UDP', async () => {
  await runWorkload(lab, 'free', {
    image: IMAGE,
    ports: [
      { containerPort: 80, hostPort: 50000, protocol: 'udp' },
      { containerPort: 80, hostPort: UDP },
    ],
  });
  assert.equal(await page(`http://${lab.address}:${UDP}/`), 'page of free\n');
  await deleteWorkloads(lab, 'free');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalise } from './normalise.ts';

const CASES: Readonly<Record<string, readonly [string, string]>> = {
  'times of day': [
    '08:46:26 at 2026-11-30T08:29:03.979Z, 2026/11/30 08:46:19 and [30/Nov/2026:08:46:20 +0000]',
    'TIME at TIME, TIME and [TIME]',
  ],
  'times as numbers': [
    '"uptimeSeconds": 2,"startedAtUnixMs":"1796028160763" startedAtUnixMs: 1796028160763',
    '"startedAtUnixMs":TIME startedAtUnixMs:TIME',
  ],
  durations: ['up 5s, 1m20s, 30.5 s, 120ms', 'up TIME, TIME, TIME, TIME'],
  identities: [
    'uid 9f26f8b2-1234-4d9e-bab0-55668d27139b of lab-fdfcb3, sha256:c84d9eecbdf4',
    'uid UUID of LAB, DIGEST',
  ],
  'temporary folders': ['open /tmp/volume-faults-a1B2c3/image', 'open TEMPORARY/image'],
  progress: ['"doneBytes":"2263101","stage":"PULLING"', '"stage":"PULLING"'],
  'places in a log': ['"cursor":"10076462/3560/3603/17960s"', '"cursor":"CURSOR"'],
  links: [
    'eth0@if78: 72:c6:7a:a2:eb:00 fe80::70c6:7aff:fea2:eb00/64',
    'eth0@LINK: MAC LINK-LOCAL/64',
  ],
  'the folder of the checkout': [
    'apply -f /tmp/w/one/examples/a.yaml',
    'apply -f CHECKOUT/examples/a.yaml',
  ],
  addresses: ['10.213.118.230 and 172.20.254.7:8080', 'ADDRESS and ADDRESS:8080'],
  'ports that were free': ['127.0.0.1:45123 -> 80', '127.0.0.1:PORT -> 80'],
  processes: ['{"pid": 76, "pids":"3"} pid 12\npid: 9', '{"pid":PID, "pids":PID} pid PID\npid:PID'],
  'memory in use': ['2.1 GiB of 24 GiB used', 'SIZE of 24 GiB used'],
  'columns that grew': ['web      Running   x', 'web  Running  x'],
};

for (const [what, [text, expected]] of Object.entries(CASES)) {
  test(`${what} do not count`, () => assert.equal(normalise(text), expected));
}

test('the input of a test is kept', () => {
  for (const text of [
    'notes created, 64 MiB',
    'web created, running at 172.20.254.1, 8080->80/tcp',
    '172.20.254.0/24',
    '"generation":"2","restartCount":1,"exitCode":137',
    'error: there is no workload named ghost',
    'default_default_web_web',
  ])
    assert.equal(normalise(text), text);
});

test('a long run of one letter takes no time', () => {
  const run = 'a'.repeat(256 * 1024);
  assert.equal(normalise(`${run} 7`.repeat(4)).length, (run.length + 2) * 4);
});

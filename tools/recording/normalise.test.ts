import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalise } from './normalise.ts';

const CASES: Readonly<Record<string, readonly [string, string]>> = {
  'times of day': [
    'at 2026-11-30T08:29:03.979Z, 2026/11/30 08:46:19 and [30/Nov/2026:08:46:20 +0000]',
    'at TIME, TIME and [TIME]',
  ],
  'times as numbers': [
    '"startedAtUnixMs":"1796028160763","uptimeSeconds": 2',
    '"startedAtUnixMs":TIME,"uptimeSeconds":TIME',
  ],
  durations: ['up 5s, 1m20s, 30.5 s, 120ms', 'up TIME, TIME, TIME, TIME'],
  identities: [
    'uid 2325abd7-8cfc-4517-956f-55668d27139b of lab-fdfcb3, sha256:c84d9eecbdf4',
    'uid UUID of LAB, DIGEST',
  ],
  'temporary folders': ['open /tmp/volume-faults-a1B2c3/image', 'open TEMPORARY/image'],
  addresses: ['10.213.118.230 and 172.20.254.7:8080', 'ADDRESS and ADDRESS:8080'],
  'ports that were free': ['127.0.0.1:45123 -> 80', '127.0.0.1:PORT -> 80'],
  processes: ['{"pid": 76, "pids":"3"} pid 12', '{"pid":PID, "pids":PID} pid PID'],
  'memory in use': ['2.1 GiB of 24 GiB used', 'SIZE of 24 GiB used'],
  'columns that grew': ['web      Running   x', 'web  Running  x'],
};

for (const [what, [text, expected]] of Object.entries(CASES)) {
  test(`${what} do not count`, () => assert.equal(normalise(text), expected));
}

test('what a test asked for is kept', () => {
  for (const text of [
    'notes created, 64 MiB',
    'web created, running at 172.20.254.1, 8080->80/tcp',
    '172.20.254.0/24',
    '"generation":"2","restartCount":1,"exitCode":137',
    'error: there is no workload named nobody',
    'default_default_web_web',
  ])
    assert.equal(normalise(text), text);
});

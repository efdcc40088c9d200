/**
 * An embedded capsule on a host with only cgroup v2, as in new distributions. It runs in an emulated machine,
 * because the host of the tests may have v1.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { checkFromProto, specToProto, type Workload, type WorkloadStats } from '@capsule/api/wire';
import { completeSpec, type PartialSpec } from '@capsule/core';
import { busyboxImage } from '@capsule/testkit/busybox-image';
import {
  CAPSULE_CGROUP,
  type EmbeddedCapsule,
  startEmbedded,
} from '@capsule/testkit/guest-embedded';
import { inMachine } from '@capsule/testkit/in-machine';
import { pushArchive } from '@capsule/testkit/push-archive';
import { runInWorkload } from '@capsule/testkit/run-in-workload';
import { dockerArchive, type TestImage, testImage } from '@capsule/testkit/test-image';
import { CONTAINER_PAGE } from '../e2e/support/container-page.ts';
import { untilWorkload } from '../microvm/workload.ts';

const BOUND = { timeout: 400_000 };
/** Its machine is emulated. */
const SLOWNESS = 2;
const MIB = 1024 * 1024;
const IMAGE = 'box:1';
const BUSY = 'while :; do :; done';
const COUNT = 'n=0; while :; do n=$((n+1)); echo $n > /data/count; busybox usleep 50000; done';
/** Doubles a variable until it is killed. */
const GREEDY = 'a=0123456789abcdef; while :; do a=$a$a; done';
/** Volumes on a disk of their own, which a test can fill. */
const SMALL_POOL =
  'truncate -s 256M /perm/small && mkfs.ext4 -q -F /perm/small && mkdir -p /perm/volumes && ' +
  'mount -o loop /perm/small /perm/volumes';

const isInside = inMachine(import.meta.filename, {
  files: async () => ({ busybox: await readFile('/bin/busybox') }),
});

if (isInside) {
  suite('a host with only cgroup v2', { concurrency: false }, () => {
    let capsule: EmbeddedCapsule;
    before(async () => {
      capsule = await startEmbedded();
      await capsule.exec('sh', '-c', SMALL_POOL);
      const image = await busyboxImage({ StopSignal: 'SIGKILL' }, '/tmp/busybox');
      await pushArchive(capsule.client, dockerArchive(image, [IMAGE]));
    }, BOUND);
    after(() => capsule[Symbol.asyncDispose](), BOUND);

    const start = async (name: string, script: string, more: Partial<PartialSpec> = {}) => {
      const spec = completeSpec({ name, image: IMAGE, command: ['sh', '-c', script], ...more });
      await capsule.client.workload.apply({ workload: specToProto(spec) });
      await capsule.client.workload.start({ name });
    };
    const until = (name: string, isIt: (workload: Workload) => boolean) =>
      untilWorkload({ client: capsule.client, slowness: SLOWNESS }, name, isIt);
    const untilRunning = (name: string) => until(name, ({ status }) => status?.ready === true);
    const statsOf = async (name: string): Promise<WorkloadStats> => {
      const asked = { names: [name], follow: false };
      for await (const { workloads } of capsule.client.workload.stats(asked)) {
        const [found] = workloads;
        if (found !== undefined) return found;
      }
      return assert.fail(`there are no figures of ${name}`);
    };

    test(
      'cgroup v2 is the only hierarchy, and the capsule is one cgroup in it',
      BOUND,
      async () => {
        const mounts = await readFile('/proc/mounts', 'utf8');
        assert.deepEqual(mounts.match(/^\S+ \S+ cgroup2? /gm), ['cgroup2 /sys/fs/cgroup cgroup2 ']);
        assert.match(await readFile('/proc/self/cgroup', 'utf8'), /^0::\/\n$/);
        const inside = await capsule.exec('cat', '/proc/1/cgroup');
        assert.match(inside, /^0::\/\S+\n$/);
      },
    );

    test(
      'every level of the hierarchy down to a cell delegates its controllers',
      BOUND,
      async () => {
        await start('held', 'sleep 1000');
        await untilRunning('held');
        const diagnose = async () => {
          const { checks } = await capsule.client.capsule.diagnose({ sections: ['cgroups'] });
          return checks.map((one) => {
            const { name, level, detail } = checkFromProto(one) ?? assert.fail(one.name);
            return `${name} ${level}: ${detail}`;
          });
        };
        const found = (await diagnose()).join('\n');
        assert.match(found, /^version ok: v2$/m);
        assert.match(found, /^delegation ok: cpu, .* in all \d+ cgroups that hold others$/m);
        assert.match(found, /^inner nodes ok: /m);
        await capsule.exec('mkdir', '-p', '/sys/fs/cgroup/kukeon/stray/below');
        assert.match((await diagnose()).join('\n'), /^delegation fail: .*\/kukeon\/stray \(cpu, /m);
        await capsule.exec(
          'rmdir',
          '/sys/fs/cgroup/kukeon/stray/below',
          '/sys/fs/cgroup/kukeon/stray',
        );
        await capsule.client.workload.delete({ name: 'held' });
      },
    );

    test('limits are enforced, and usage is counted', BOUND, async () => {
      const resources = { cpuMillis: 250, memoryBytes: 32 * MIB, pids: 40 };
      await start('busy', BUSY, { resources });
      await untilRunning('busy');
      const limits = await cgroupOf('busy', ['cpu.max', 'memory.max', 'pids.max']);
      assert.deepEqual(limits, ['25000 100000', String(32 * MIB), '40']);
      const first = await statsOf('busy');
      assert.equal(first.memoryLimitBytes, BigInt(32 * MIB));
      assert.equal(first.cpuLimitMillis, 250);
      assert.ok((first.pids ?? 0n) >= 1n && (first.memoryBytes ?? 0n) > 0n, json(first));
      await until('busy', () => true);
      const later = await statsOf('busy');
      assert.ok((later.cpuUsageMicros ?? 0n) > (first.cpuUsageMicros ?? 0n), json(later));
    });

    test('commands of documents run inside as they are printed', BOUND, async () => {
      const said = await capsule.shell(`
        CGROUP=/sys/fs/cgroup/kukeon/main/default/default/busy/busy_root
        kuke version && sudo kuke version && sudo kuke get cells -o name &&
        sudo ctr version && sudo ctr -n kukeon-main tasks ls
        sudo mkdir -p /srv/html && ls -d /perm/srv/html && cat $CGROUP/cgroup.freeze
      `);
      assert.equal(said.exitCode, 0, said.stderr);
      // The busy workload leaves capsuled little of the one processor: `version` may get no answer in its 3 s.
      assert.match(said.stdout, /^(kuke: +\S+\ncapsule: +\S.*\n){2}busy\nClient:\n/);
      assert.match(said.stdout, /^TASK .*\n.* RUNNING *\n\/perm\/srv\/html\n0\n$/m);
    });

    test('an exec joins the cgroup and the namespaces of its workload', BOUND, async () => {
      const script =
        'cat /proc/1/cgroup /proc/self/cgroup; ls -l /proc/1/ns/cgroup /proc/self/ns/cgroup';
      const command = ['sh', '-c', script];
      const { stdout, exitCode } = await runInWorkload(capsule.client, { name: 'busy', command });
      assert.equal(exitCode, 0);
      const places = stdout.match(/^0::.*$/gm) ?? [];
      const spaces = stdout.match(/cgroup:\[\d+\]/g) ?? [];
      assert.equal(places.length, 2, stdout);
      assert.deepEqual([new Set(places).size, new Set(spaces).size], [1, 1], stdout);
    });

    test(
      'the container page can be followed, and its cgroups are where it says',
      BOUND,
      async () => {
        const tags = ['docker.io/library/nginx:alpine', 'docker.io/library/busybox:latest'];
        await pushArchive(capsule.client, dockerArchive(await pageImage(), tags));
        const cell = '--cell hello-world --realm main --space default --stack default';
        const said = await capsule.shell(`
        sudo mkdir -p /srv/html && cat > /tmp/page.yaml <<'END'
${CONTAINER_PAGE}END
        sudo kuke apply --wait -f /tmp/page.yaml &&
        sudo kuke create container side ${cell} --image docker.io/library/busybox:latest \\
          --command /bin/sh --args "-c" --args "sleep 3600" &&
        sudo ctr -n kukeon-main tasks ls &&
        cd /sys/fs/cgroup/kukeon/main/default/default/hello-world &&
        cat web_root/cgroup.type side_side/cgroup.type &&
        ls /opt/kukeon/main/default/default/hello-world/containers &&
        sudo kuke stop container side ${cell} --grace 0 &&
        sudo kuke start container side ${cell} &&
        sudo kuke kill container side ${cell} &&
        sudo kuke delete container side --cell hello-world &&
        sudo kuke delete cell hello-world --force && ls -d ../hello-world
      `);
        assert.match(said.stdout, /^container hello-world\/web created, ready$/m, said.stderr);
        assert.match(said.stdout, /^default_default_hello-world_side +\d+ +RUNNING$/m);
        assert.match(said.stdout, /^domain\ndomain\nside\.yaml\nweb\.yaml\n/m);
        assert.match(
          said.stdout,
          /side stopped\n.*started.*\n.*killed\n.*side deleted\n.*deleted\n$/,
        );
        assert.match(said.stderr, /hello-world.*No such file/);
      },
    );

    test('a deleted workload leaves no cgroup', BOUND, async () => {
      // Here, so that the others have the processor for themselves.
      await capsule.client.workload.delete({ name: 'busy', force: true });
      await assert.rejects(cgroupOf('busy', ['cgroup.procs']), { code: 'ENOENT' });
    });

    test('a workload over its memory limit is killed, and its status shows it', BOUND, async () => {
      const resources = { memoryBytes: 16 * MIB };
      await start('greedy', GREEDY, { resources, restartPolicy: 'never' });
      const { status } = await until('greedy', ({ status }) => status?.oomKilled === true);
      assert.equal(status?.exitCode, 137);
    });

    test('the freezer pauses a writer while its pool is full, and resumes it', BOUND, async () => {
      await capsule.client.volume.create({ name: 'data', sizeMib: 32n });
      const mount = { volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: false };
      await start('writer', COUNT, { mounts: [mount] });
      await untilRunning('writer');
      const fill = 'fallocate -l $(($(df --output=avail -B1 /perm/volumes | tail -n1) - 2000000))';
      await capsule.exec('sh', '-c', `${fill} /perm/volumes/filler`);
      await until('writer', ({ status }) => status?.reason === 'Paused');
      assert.deepEqual(await cgroupOf('writer', ['cgroup.freeze']), ['1']);
      await capsule.exec('rm', '/perm/volumes/filler');
      await until('writer', ({ status }) => status?.reason === 'Running');
      assert.deepEqual(await cgroupOf('writer', ['cgroup.freeze']), ['0']);
    });
  });
}

/** Its `nginx` stays, as that of the page does. */
async function pageImage(): Promise<TestImage> {
  const data = await readFile('/tmp/busybox');
  const nginx = Buffer.from('#!/bin/sh\nexec sleep 3600\n');
  const links = ['sh', 'sleep'].map((name) => ({ path: `bin/${name}`, link: 'busybox' }));
  const busybox = { path: 'bin/busybox', data, mode: 0o755 };
  const server = { path: 'bin/nginx', data: nginx, mode: 0o755 };
  return testImage({ layers: [[{ path: 'bin/' }, busybox, ...links, server]] });
}

/** Values of files in the cgroup of a workload's container, as the host sees it. */
function cgroupOf(name: string, files: readonly string[]): Promise<string[]> {
  const folder = `/sys/fs/cgroup/${CAPSULE_CGROUP}/kukeon/main/default/default/${name}/${name}_root`;
  return Promise.all(
    files.map(async (file) => (await readFile(`${folder}/${file}`, 'utf8')).trim()),
  );
}

const json = (stats: WorkloadStats) =>
  JSON.stringify(stats, (_, value) => (typeof value === 'bigint' ? String(value) : value));

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { capsuleInit, missing } from './binary.ts';
import { type NamespacedInit, startInit } from './namespaced-init.ts';
import { createScratch } from './scratch.ts';
import { until } from './until.ts';

const sleeper = `exec = /bin/sh -c "echo up; exec sleep 1000"\n`;

describe('capsule-init', { skip: await missing(capsuleInit), timeout: 60_000 }, () => {
  test('starts all services, and writes their output to the console and the log file', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(
      scratch,
      `[one]\nenv = COLOUR=deep red\nexec = /bin/sh -c "echo $COLOUR; echo oops >&2; exec sleep 1000"\n` +
        `[two]\n${sleeper}`,
    );
    await init.program.line(/Z one F deep red$/);
    await init.program.line(/Z one F oops$/);
    await init.program.line(/Z two F up$/);
    await until('the same lines in the log file', () => {
      return readFileSync(init.log, 'utf8') === `${init.program.lines.join('\n')}\n`;
    });
  });

  test('a service has its own session, no blocked signals and no descriptor of PID 1', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(
      scratch,
      `[a]\nexec = /bin/sh -c "cut -d' ' -f1,6 /proc/$$/stat; grep Sig /proc/self/status; ls -m /proc/$$/fd"\n`,
    );
    const [, pid, session] = await init.program.line(/ a F (\d+) (\d+)$/);
    assert.equal(session, pid);
    await init.program.line(/ a F SigBlk:\t0+$/);
    await init.program.line(/ a F SigIgn:\t0+$/);
    await init.program.line(/ a F 0, 1, 2$/);
  });

  test('a killed service restarts immediately', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(scratch, `[a]\n${sleeper}`);
    for (let kills = 0; kills < 5; kills++) {
      const from = await killOnceUp(init);
      await init.program.line(/ init F a was ended by SIGKILL .* again in \d{3} ms$/, from);
      await init.program.line(/ init F a started, pid \d+$/, from);
      init.program.lines.splice(0, from);
    }
  });

  test('a service does not start while helpers of its last run exist', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(
      scratch,
      `[a]\nexec = /bin/sh -c "(sleep 0.4; echo helped) & echo up; exec sleep 1000"\n`,
    );
    const from = await killOnceUp(init);
    await init.program.line(/ init F a was ended by SIGKILL .* again in 100 ms$/, from);
    await init.program.line(/ init F a started/, from);
    const told = init.program.lines.slice(from).map((line) => line.replace(/^\S+ /, ''));
    assert.match(told.join('\n'), /^a F helped\ninit F a started/m);
  });

  test('a helper that does not end delays the restart only for a limited time', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(
      scratch,
      `[a]\nexec = /bin/sh -c "sleep 1000 & echo up; exec sleep 1000"\n`,
    );
    const from = await killOnceUp(init);
    await init.program.line(/ a: what its last run started still runs; .* all the same$/, from);
    await init.program.line(/ a F up$/, from);
  });

  test('a service that fails in a loop restarts with growing pauses and disturbs no other', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(
      scratch,
      `[bad]\nexec = /bin/sh -c "printf unfinished; exit 3"\n[good]\n${sleeper}[absent]\nexec = /no/such\n`,
    );
    for (const pause of [100, 200, 400, 800]) {
      await init.program.line(
        new RegExp(` init F bad exited with code 3 after .* again in ${pause} ms$`),
      );
      await init.program.line(
        new RegExp(` init F absent cannot be started: /no/such: .* again in ${pause} ms$`),
      );
    }
    await init.program.line(/ bad P unfinished$/);
    const starts = init.program.lines.filter((line) => / init F good started/.test(line));
    assert.equal(starts.length, 1);
  });

  test('orphans are reaped when they end', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(
      scratch,
      `[a]\nexec = /bin/sh -c "for i in 1 2 3 4 5 6 7 8 9; do (true & true); done; echo done; exec sleep 1000"\n`,
    );
    await init.program.line(/ a F done$/);
    await until('only the service to be left', () => init.children().length === 1);
  });

  test('USR2 stops the services and starts them again', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(scratch, `[a]\nstop-signal = INT\n${sleeper}`);
    await init.program.line(/ a F up$/);
    const from = init.program.lines.length;
    init.kill('SIGUSR2');
    await init.program.line(/ init F a was ended by SIGINT .* again in 0 ms$/, from);
    await init.program.line(/ a F up$/, from);
  });

  test('a power-off stops the services in reverse order, each with its own signal', async () => {
    await using scratch = await createScratch();
    const trap = (signal: string) =>
      `exec = /bin/sh -c "trap 'echo got ${signal}; exit 0' ${signal}; echo up; while :; do sleep 0.01; done"\n`;
    await using init = await startInit(
      scratch,
      `[first]\n${trap('TERM')}[second]\npoweroff-signal = USR2\n${trap('USR2')}`,
    );
    await init.program.line(/ first F up$/);
    await init.program.line(/ second F up$/);
    init.kill('SIGTERM');
    assert.equal(await init.program.exit, 0);
    await init.program.stderrEnd;
    const order = init.program.lines
      .map((line) => line.replace(/^\S+ /, '').replace(/ after .*/, ''))
      .slice(-8);
    assert.deepEqual(order, [
      'init F powering off',
      'init F stopping second with SIGUSR2',
      'second F got USR2',
      'init F second exited with code 0',
      'init F stopping first with SIGTERM',
      'first F got TERM',
      'init F first exited with code 0',
      'init F power off',
    ]);
  });

  test('kills a service that ignores its signal, and says so', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(
      scratch,
      `[deaf]\npoweroff-grace-ms = 100\nexec = /bin/sh -c "trap '' TERM; echo up; while :; do sleep 0.01; done"\n`,
    );
    await init.program.line(/ deaf F up$/);
    init.kill('SIGINT');
    await init.program.line(/ init F deaf does not stop in time; killing it$/);
    await init.program.line(/ init F deaf was ended by SIGKILL/);
    assert.equal(await init.program.exit, 0);
    assert.doesNotMatch(init.program.lines.join('\n'), /does not die/);
  });

  test('a power-off waits as long as the file of a service requests, and no longer', async () => {
    await using scratch = await createScratch();
    const file = scratch.path('grace');
    const ask = `trap 'echo 400 > ${file}' USR2; echo up; while :; do sleep 0.01; done`;
    await using init = await startInit(
      scratch,
      `[slow]\npoweroff-signal = USR2\npoweroff-grace-ms = 50\npoweroff-grace-file = ${file}\nexec = /bin/sh -c "${ask}"\n`,
    );
    await init.program.line(/ slow F up$/);
    const askedAt = performance.now();
    init.kill('SIGINT');
    await init.program.line(/ init F slow asks for 0 s to stop$/);
    await init.program.line(/ init F slow does not stop in time; killing it$/);
    assert.ok(performance.now() - askedAt >= 400);
    assert.equal(await init.program.exit, 0);
  });

  test('kills processes of no service that ignore TERM, and reports them', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(
      scratch,
      `[a]\nexec = /bin/sh -c "(trap '' TERM; setsid sleep 1000 & echo left) ; exec sleep 1000"\n`,
    );
    await init.program.line(/ a F left$/);
    await until('the orphan to be taken in', () => init.children().length === 2);
    init.kill('SIGHUP');
    await init.program.line(/ init F killing processes that are left: \d+ sleep$/);
    assert.equal(await init.program.exit, 133);
  });

  test('if a service is down, the processes that it would stop get the time that its file requests', async () => {
    await using scratch = await createScratch();
    const file = scratch.path('grace');
    writeFileSync(file, '20000\n');
    const work = `trap 'sleep 4; echo flushed > ${scratch.path('end')}; exit 0' TERM; touch ${scratch.path('up')}`;
    const left = `${work}; while :; do sleep 0.01; done`;
    writeFileSync(scratch.path('left'), left);
    const down = `setsid sh ${scratch.path('left')} & while ! [ -e ${scratch.path('up')} ]; do sleep 0.01; done; exit 3`;
    await using init = await startInit(
      scratch,
      `[down]\npoweroff-grace-file = ${file}\nexec = /bin/sh -c "${down}"\n`,
    );
    await init.program.line(/ init F down exited with code 3/);
    const askedAt = performance.now();
    init.kill('SIGTERM');
    assert.equal(await init.program.exit, 0);
    assert.equal(readFileSync(scratch.path('end'), 'utf8'), 'flushed\n');
    assert.ok(performance.now() - askedAt < 15_000);
  });

  test('a second request to power off changes nothing', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(
      scratch,
      `[a]\nexec = /bin/sh -c "trap 'echo asked; sleep 0.05; exit 0' TERM; echo up; while :; do sleep 0.01; done"\n`,
    );
    await init.program.line(/ a F up$/);
    init.kill('SIGTERM');
    await init.program.line(/ a F asked$/);
    init.kill('SIGHUP');
    assert.equal(await init.program.exit, 0);
  });

  test('an invalid services file is reported with the line, and read again later', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(scratch, `[a]\nexce = /bin/true\n`);
    await init.program.line(/ init F .*services.conf: line 2: unknown key 'exce'; known are exec,/);
    writeFileSync(init.services, `[a]\n${sleeper}`);
    await init.program.line(/ a F up$/);
  });

  test('without a services file, PID 1 waits for one', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(scratch, '');
    await init.program.line(/ init F .*services.conf names no service$/);
    init.kill('SIGTERM');
    assert.equal(await init.program.exit, 0);
  });

  test('PID 1 keeps lines until the log file can be opened', async () => {
    await using scratch = await createScratch();
    writeFileSync(scratch.path('perm'), 'in the way');
    await using init = await startInit(
      scratch,
      `[a]\nexec = /bin/sh -c "echo up; while :; do echo tick; sleep 0.05; done"\n`,
      { log: scratch.path('perm', 'capsule.log') },
    );
    await init.program.line(/^the log file cannot be opened yet: /);
    await init.program.line(/ a F tick$/);
    rmSync(scratch.path('perm'));
    mkdirSync(scratch.path('perm'));
    const text = await until('the log file', () => {
      return existsSync(init.log) && readFileSync(init.log, 'utf8');
    });
    assert.match(text.split('\n')[0] ?? '', / init F capsule-init .* started$/);
    const complaints = init.program.lines.filter((line) => line.startsWith('the log file'));
    assert.equal(complaints.length, 1);
  });

  test('a console without a reader does not block PID 1', async () => {
    await using scratch = await createScratch();
    await using init = await startInit(
      scratch,
      `[loud]\nexec = /bin/sh -c "seq 200000; exec sleep 1000"\n`,
    );
    init.program.child.stderr?.pause();
    await until('the last line in the log file', () => {
      return existsSync(init.log) && readFileSync(init.log, 'utf8').endsWith(' loud F 200000\n');
    });
    init.program.child.stderr?.resume();
    init.kill('SIGTERM');
    assert.equal(await init.program.exit, 0);
  });
});

/** Kills a process by the pid that it has inside. */
/** Kills the service `a` when it says that it is up; answers where the lines after that begin. */
async function killOnceUp(init: NamespacedInit): Promise<number> {
  const [, pid] = await init.program.line(/ init F a started, pid (\d+)$/);
  await init.program.line(/ a F up$/);
  const from = init.program.lines.length;
  killChild(init, Number(pid));
  return from;
}

function killChild(init: NamespacedInit, inside: number): void {
  const outside = init.children().find((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return new RegExp(`^NSpid:\\t.*\\t${inside}$`, 'm').test(status);
  });
  if (outside === undefined) throw new Error(`no process ${inside} inside`);
  process.kill(outside, 'SIGKILL');
}

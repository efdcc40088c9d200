import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { capsuleLog, missing } from './binary.ts';
import { readRecords, startLogWriter } from './log-writer.ts';
import { run } from './program.ts';
import { createScratch } from './scratch.ts';
import { until } from './until.ts';

describe('capsule-log', { skip: await missing(capsuleLog), timeout: 60_000 }, () => {
  test('writes both streams in the format of the CRI and ends when they have ended', async () => {
    await using scratch = await createScratch();
    const path = scratch.path('new', 'directory', 'a.log');
    await using log = await startLogWriter(scratch, { path });
    await log.ready;
    writeSync(log.stdout.writer, 'one\ntw');
    await until('the first record', () => readRecords(path).length === 1);
    writeSync(log.stderr.writer, 'oops\n');
    await until('the second record', () => readRecords(path).length === 2);
    writeSync(log.stdout.writer, 'o\nthe end');
    log.stdout.closeWriter();
    log.stderr.closeWriter();
    assert.equal(await log.program.exit, 0);
    assert.deepEqual(readRecords(path), [
      { stream: 'stdout', tag: 'F', text: 'one' },
      { stream: 'stderr', tag: 'F', text: 'oops' },
      { stream: 'stdout', tag: 'F', text: 'two' },
      { stream: 'stdout', tag: 'P', text: 'the end' },
    ]);
    assert.equal(statSync(path).mode & 0o777, 0o640);
    assert.equal(statSync(scratch.path('new')).mode & 0o777, 0o750);
  });

  test('cuts a line of 40000 bytes into partial records', async () => {
    await using scratch = await createScratch();
    const path = scratch.path('a.log');
    await using log = await startLogWriter(scratch, { path });
    writeSync(log.stdout.writer, `${'x'.repeat(40_000)}\n`);
    log.stdout.closeWriter();
    log.stderr.closeWriter();
    await log.program.exit;
    const records = readRecords(path).map(({ tag, text }) => [tag, text.length]);
    assert.deepEqual(records, [
      ['P', 16_384],
      ['P', 16_384],
      ['F', 7232],
    ]);
  });

  test('rotates without losing or splitting a line', async () => {
    await using scratch = await createScratch();
    const path = scratch.path('a.log');
    const limits = { 'max-bytes': '50000', 'max-files': '100' };
    await using log = await startLogWriter(scratch, { path, ...limits });
    const writer = spawn('seq', ['20000'], { stdio: ['ignore', log.stdout.writer, 'inherit'] });
    log.stdout.closeWriter();
    log.stderr.closeWriter();
    await once(writer, 'exit');
    assert.equal(await log.program.exit, 0);
    const files = [path, ...Array.from({ length: 99 }, (_, index) => `${path}.${index + 1}`)];
    const present = files.filter((file) => existsSync(file));
    assert.ok(present.length > 15, `${present.length} files`);
    for (const file of present) assert.ok(statSync(file).size <= 50_000, file);
    const numbers = present
      .reverse()
      .flatMap((file) => readRecords(file))
      .map(({ text }) => Number(text));
    assert.deepEqual(
      numbers,
      Array.from({ length: 20_000 }, (_, index) => index + 1),
    );
  });

  test('keeps as many files as configured', async () => {
    await using scratch = await createScratch();
    const path = scratch.path('a.log');
    await using log = await startLogWriter(scratch, {
      'max-bytes': '10000',
      'max-files': '3',
      path,
    });
    const writer = spawn('seq', ['5000'], { stdio: ['ignore', log.stdout.writer, 'inherit'] });
    await once(writer, 'exit');
    log.stdout.closeWriter();
    log.stderr.closeWriter();
    await log.program.exit;
    assert.equal(readRecords(path).at(-1)?.text, '5000');
    assert.ok(existsSync(`${path}.1`) && existsSync(`${path}.2`));
    assert.ok(!existsSync(`${path}.3`));
  });

  test('ignores TERM, because the last lines are still in the pipes', async () => {
    await using scratch = await createScratch();
    const path = scratch.path('a.log');
    await using log = await startLogWriter(scratch, { path });
    await log.ready;
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1'] as const) {
      log.program.child.kill(signal);
    }
    writeSync(log.stdout.writer, 'last words\n');
    log.stdout.closeWriter();
    log.stderr.closeWriter();
    assert.equal(await log.program.exit, 0);
    assert.deepEqual(
      readRecords(path).map(({ text }) => text),
      ['last words'],
    );
  });

  test('a second writer continues after a killed one, on a new line', async () => {
    await using scratch = await createScratch();
    const path = scratch.path('a.log');
    await using log = await startLogWriter(scratch, { path });
    writeSync(log.stdout.writer, 'one\ntwo\n');
    await until('two records', () => existsSync(path) && readRecords(path).length === 2);
    log.program.child.kill('SIGKILL');
    await log.program.exit;
    truncateSync(path, statSync(path).size - 2);
    writeSync(log.stdout.writer, 'three\n');
    const second = log.restart();
    log.stdout.closeWriter();
    log.stderr.closeWriter();
    assert.equal(await second.exit, 0);
    const lines = readFileSync(path, 'utf8').split('\n');
    assert.match(lines[1] ?? '', / stdout F tw$/);
    assert.match(lines[2] ?? '', / stdout F three$/);
    assert.equal(lines.length, 4);
  });

  test('a full disk never blocks the container, and the gap is reported', async () => {
    await using scratch = await createScratch();
    const disk = scratch.path('disk');
    await mkdir(disk);
    await run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'capsule-native-test', disk);
    await using _mount = { [Symbol.asyncDispose]: () => run('umount', '-l', disk).then(() => {}) };
    const path = scratch.path('disk', 'a.log');
    await using log = await startLogWriter(scratch, { path });
    await log.ready;
    writeFileSync(scratch.path('disk', 'ballast'), Buffer.alloc(60_000));
    // All of it fits once the ballast is gone, wherever the writer is by then.
    const writer = spawn('seq', ['1000'], { stdio: ['ignore', log.stdout.writer, 'inherit'] });
    const [code] = await once(writer, 'exit');
    assert.equal(code, 0);
    await log.program.line(/lines are being lost: /);
    await until('the pipe to be drained', () => {
      truncateSync(scratch.path('disk', 'ballast'));
      writeSync(log.stdout.writer, 'after\n');
      return readFileSync(path, 'utf8').includes(' stdout F after\n');
    });
    log.stdout.closeWriter();
    log.stderr.closeWriter();
    assert.equal(await log.program.exit, 0);
    const records = readRecords(path);
    const note = records.findIndex(({ text }) => text.startsWith('capsule-log: '));
    assert.equal(records[note]?.stream, 'stderr');
    const lost = Number(/: (\d+) lines/.exec(records[note]?.text ?? '')?.[1]);
    // Up to the note, and the count in it, no number is missing.
    const next = Number(records[note + 1]?.text);
    assert.equal(Number(records[note - 1]?.text) + lost + 1, Number.isNaN(next) ? 1001 : next);
  });

  test('a log that cannot be opened does not block the container', async () => {
    await using scratch = await createScratch();
    writeFileSync(scratch.path('file'), '');
    await using log = await startLogWriter(scratch, { path: scratch.path('file', 'a.log') });
    await log.ready;
    const writer = spawn('seq', ['100000'], { stdio: ['ignore', log.stdout.writer, 'inherit'] });
    const [code] = await once(writer, 'exit');
    assert.equal(code, 0);
    log.stdout.closeWriter();
    log.stderr.closeWriter();
    assert.equal(await log.program.exit, 0);
  });

  test('uses less than 2 MiB of memory', async () => {
    await using scratch = await createScratch();
    await using log = await startLogWriter(scratch, { path: scratch.path('a.log') });
    await log.ready;
    const writer = spawn('seq', ['100000'], { stdio: ['ignore', log.stdout.writer, 'inherit'] });
    await once(writer, 'exit');
    const status = readFileSync(`/proc/${log.program.pid}/status`, 'utf8');
    const peakKiB = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
    assert.ok(peakKiB < 2048, `${peakKiB} KiB`);
  });
});

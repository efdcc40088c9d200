import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Output } from '../../program/context/output.ts';
import { exitCodeOf } from '../../program/exit-code.ts';
import type { Input } from '../../program/input.ts';
import { renderError } from '../../program/render-error.ts';
import type { CapsuleAnswer } from './capsule-answer.ts';
import { joinAnswers } from './join-answers.ts';

export interface FleetRun {
  readonly run: Run;
  readonly names: readonly string[];
}

/**
 * Runs a command on several capsules at once, and shows their answers together. A capsule that fails is reported, and
 * does not keep the others from an answer; the exit code is that of the first failure in the order of the names.
 */
export async function runOnEach(
  { run, names }: FleetRun,
  input: Input,
  context: Context,
): Promise<number | undefined> {
  if (input.isOn('watch') || input.isOn('follow')) {
    throw input.refuse('several capsules cannot be watched at once', 'name one with --capsule');
  }
  const stdin = replayed(context.stdin);
  const answers = await Promise.all(
    names.map((capsule) => runOn(capsule, run, input, { ...context, stdin })),
  );
  context.signal.throwIfAborted();
  await context.out.write(await joinAnswers(answers, input, context.out));
  for (const { capsule, stderr } of answers) await context.err.write(prefixed(capsule, stderr));
  return answers.find(({ exitCode }) => exitCode !== 0)?.exitCode;
}

async function runOn(
  capsule: string,
  run: Run,
  input: Input,
  context: Context,
): Promise<CapsuleAnswer> {
  const out = recorder(context.out);
  const err = recorder(context.err);
  const own: Context = { ...context, out: out.output, err: err.output, terminal: undefined };
  try {
    const exitCode = (await run(input.with({ capsule, all: false }), own)) ?? 0;
    return { capsule, stdout: out.text(), stderr: err.text(), exitCode };
  } catch (error) {
    context.signal.throwIfAborted();
    const isDebug = input.isOn('debug');
    const stderr = err.text() + renderError(error, context.program, { out: err.output, isDebug });
    return { capsule, stdout: out.text(), stderr, exitCode: exitCodeOf(error) };
  }
}

/** An output that is no terminal, and keeps what is written. */
function recorder(like: Output): { readonly output: Output; readonly text: () => string } {
  const written: Buffer[] = [];
  const output: Output = {
    isTerminal: false,
    columns: like.columns,
    rows: like.rows,
    style: (_style, text) => text,
    flush: async () => undefined,
    write: async (data) => void written.push(Buffer.from(data)),
  };
  return { output, text: () => Buffer.concat(written).toString() };
}

/** `error: the reason` becomes `box: error: the reason`. */
function prefixed(capsule: string, text: string): string {
  return text.replaceAll(/^(?=.)/gm, `${capsule}: `);
}

/** An input that each capsule's command reads from the beginning; read once, at the first need. */
function replayed(stdin: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let chunks: Promise<readonly Uint8Array[]> | undefined;
  return {
    async *[Symbol.asyncIterator]() {
      chunks ??= Array.fromAsync(stdin);
      yield* await chunks;
    },
  };
}

import { plainText } from '@capsule/core';
import type { Output } from '../../program/context/output.ts';
import { fitText } from '../../program/plain-text.ts';

/** Shows how several things go on, on the error stream. */
export interface ProgressView {
  /** `step` is the part of the text that changes seldom: without a terminal, only it is printed. */
  update(name: string, step: string, detail?: string): Promise<void>;
  /** It goes on no longer. */
  done(name: string): void;
  /** Takes everything off the terminal, so that other output may follow. Idempotent. */
  clear(): Promise<void>;
}

const REDRAW_MS = 80;
const CLOCK_MS = 1000;
/** A step of a moment needs no clock. */
const CLOCK_FROM_S = 2;

export function createProgressView(output: Output, now: () => number): ProgressView {
  return output.isTerminal ? inPlace(output, now) : lineByLine(output);
}

function lineByLine(output: Output): ProgressView {
  const printed = new Map<string, string>();
  return {
    async update(name, step) {
      if (printed.get(name) === step) return;
      printed.set(name, step);
      await output.write(`${plainText(`${name}: ${step}`)}\n`);
    },
    done: (name) => void printed.delete(name),
    clear: async () => undefined,
  };
}

interface State {
  readonly step: string;
  readonly detail: string;
  /** When the step began. */
  readonly since: number;
}

function inPlace(output: Output, now: () => number): ProgressView {
  const states = new Map<string, State>();
  let drawn = 0;
  let drawnAt = 0;
  let clock: NodeJS.Timeout | undefined;
  const up = () => (drawn === 0 ? '' : `\u001b[${drawn}F\u001b[J`);
  const draw = async () => {
    const all = [...states].map(([name, state]) => describe(name, state, now()));
    const shown = all
      .map((text) => fitText(text, output.columns - 1))
      .slice(-Math.max(output.rows - 2, 1));
    const back = up();
    drawn = shown.length;
    drawnAt = now();
    await output.write(`${back}${shown.map((line) => `${line}\n`).join('')}`);
  };
  return {
    async update(name, step, detail = '') {
      const before = states.get(name);
      const isNewStep = before?.step !== step;
      states.set(name, { step, detail, since: isNewStep ? now() : before.since });
      // A step without progress of its own is still shown to be alive.
      clock ??= setInterval(() => void draw(), CLOCK_MS).unref();
      if (isNewStep || now() - drawnAt >= REDRAW_MS) await draw();
    },
    done: (name) => void states.delete(name),
    async clear() {
      clearInterval(clock);
      clock = undefined;
      states.clear();
      await output.write(up());
      drawn = 0;
    },
  };
}

/** With the time that a step takes, where it has nothing else to show. */
function describe(name: string, { step, detail, since }: State, now: number): string {
  const seconds = Math.floor((now - since) / 1000);
  const time = detail === '' && seconds >= CLOCK_FROM_S ? `(${seconds}s)` : '';
  return plainText([`${name}: ${step}`, detail, time].filter((part) => part !== '').join(' '));
}

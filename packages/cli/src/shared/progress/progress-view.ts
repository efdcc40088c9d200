import type { Output } from '../../program/context/output.ts';
import { fitText, plainText } from '../../program/plain-text.ts';

/** Shows how several things go on, on the error stream. */
export interface ProgressView {
  /** `step` is the part of the text that changes seldom: without a terminal, only it is told. */
  update(name: string, step: string, detail?: string): Promise<void>;
  /** It goes on no longer. */
  done(name: string): void;
  /** Takes everything off the terminal, so that other output may follow. Idempotent. */
  clear(): Promise<void>;
}

const REDRAW_MS = 80;

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

function inPlace(output: Output, now: () => number): ProgressView {
  const states = new Map<string, { readonly step: string; readonly text: string }>();
  let drawn = 0;
  let drawnAt = 0;
  const up = () => (drawn === 0 ? '' : `\u001b[${drawn}F\u001b[J`);
  return {
    async update(name, step, detail = '') {
      const isNewStep = states.get(name)?.step !== step;
      states.set(name, { step, text: plainText(`${name}: ${step}${detail && ` ${detail}`}`) });
      if (!isNewStep && now() - drawnAt < REDRAW_MS) return;
      const all = [...states.values()].map(({ text }) => fitText(text, output.columns - 1));
      const most = Math.max(output.rows - 2, 1);
      const shown = all.slice(-most);
      const back = up();
      drawn = shown.length;
      drawnAt = now();
      await output.write(`${back}${shown.join('\n')}\n`);
    },
    done: (name) => void states.delete(name),
    async clear() {
      await output.write(up());
      drawn = 0;
    },
  };
}

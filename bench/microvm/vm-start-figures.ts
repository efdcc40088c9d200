import type { Figure } from '../figure/figure.ts';
import { pairRatios, summarise } from '../figure/statistics.ts';
import type { Start } from './measure-start.ts';

/** The limit for an exec-ready microVM: a multiple of the bare boot, or a time in addition to it. */
export interface StartGoal {
  readonly ratio?: number;
  readonly addedMs?: number;
}

/** The figures of microVMs that started in `mode`, each paired with a bare boot. */
export function vmStartFigures(
  starts: readonly Start[],
  mode: string,
  { ratio, addedMs }: StartGoal = {},
): readonly Figure[] {
  const of = (key: keyof Start) => starts.map((start) => start[key]);
  const line = (what: string, samples: readonly number[]): Figure => ({
    id: 'P3',
    what: `${what}, ${mode}`,
    unit: 'ms',
    summary: summarise(samples),
  });
  const added = starts.map(({ ready, bare }) => ready - bare);
  const ratios = summarise(pairRatios(of('ready'), of('bare')));
  return [
    {
      id: 'P3',
      what: `exec-ready / bare boot, ${mode}`,
      unit: 'x',
      summary: ratios,
      ...(ratio === undefined ? {} : { goal: { most: ratio } }),
    },
    {
      ...line('exec-ready above bare boot', added),
      ...(addedMs === undefined ? {} : { goal: { most: addedMs } }),
    },
    line('bare boot to init', of('bare')),
    line('from apply to a ready agent', of('agent')),
    line('from apply to a running payload', of('running')),
    line('from apply to exec-ready', of('ready')),
  ];
}

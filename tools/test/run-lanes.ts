import { inspect } from 'node:util';
import type { Lane, LaneOutcome } from './lane.ts';
import { type Print, Transcript } from './transcript.ts';

/**
 * Runs lanes side by side, each when those that it comes after have ended, whether they passed or not. A lane that
 * throws has failed once. Answers in the order of the lanes.
 */
export async function runLanes(
  lanes: readonly Lane[],
  print: Print,
): Promise<readonly LaneOutcome[]> {
  const transcript = new Transcript(print);
  const running = new Map<string, Promise<LaneOutcome>>();
  for (const lane of lanes) {
    const before = lane.after.flatMap((name) => running.get(name) ?? []);
    running.set(
      lane.name,
      Promise.all(before).then(() => runLane(lane, transcript)),
    );
  }
  return Promise.all(running.values());
}

async function runLane(lane: Lane, transcript: Transcript): Promise<LaneOutcome> {
  const { print, end } = transcript.open();
  print(`\n== ${lane.name}\n`);
  const started = performance.now();
  const result = await lane.run(print).catch((error: unknown) => {
    print(`${inspect(error)}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  const seconds = (performance.now() - started) / 1000;
  const { passed, failed } = result;
  print(`== ${lane.name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s\n`);
  end();
  return { ...result, name: lane.name, seconds };
}

import { run } from '@capsule/host';

const SLOWEST_KHZ = 100_000;
const FASTEST_KHZ = 20_000_000;

/**
 * Returns the rate of the processor's time stamp counter, in kHz, as `capsule-ticks` measures it; undefined
 * where it has none.
 */
export async function readCounterRate(program: string): Promise<number | undefined> {
  const { stdout } = await run(program, [], { allow: [0, 1] });
  const khz = Number(stdout.trim());
  return khz >= SLOWEST_KHZ && khz <= FASTEST_KHZ ? khz : undefined;
}

import type { Run } from '../../program/command.ts';
import type { Input } from '../../program/input.ts';
import { parseDuration } from '../argument/duration.ts';
import { readFormat } from '../render/format.ts';
import { withCapsuleHere } from '../target/with-capsule.ts';
import { printAdoption } from './adoption-show.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const request = { seconds: readSeconds(input), oldClients: input.isOn('oldClients') };
  const status = await withCapsuleHere(input, context, (client) =>
    client.identity.adoptionOpen(request, { signal: context.signal }),
  );
  await printAdoption(status, format, context);
  return undefined;
};

const DEFAULT_SECONDS = 600;

function readSeconds(input: Input): number {
  const text = input.text('for');
  if (text === undefined) return DEFAULT_SECONDS;
  const ms = parseDuration(text);
  if (ms !== undefined) return Math.ceil(ms / 1000);
  throw input.refuse(`--for takes a duration like 10m, not ${JSON.stringify(text)}`);
}

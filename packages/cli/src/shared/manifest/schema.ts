import { MANIFEST_SCHEMA } from '@capsule/core/manifest';
import type { Run } from '../../program/command.ts';

export const run: Run = async (_input, { out }) => {
  await out.write(`${JSON.stringify(MANIFEST_SCHEMA, undefined, 2)}\n`);
  return undefined;
};

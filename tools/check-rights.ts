/** Fails for each RPC of the capsule's API that has no right beside it: `option (needs) = …`. */
import { join } from 'node:path';
import { run } from '@capsule/host';
import type { FileDescriptor } from './generate/descriptor.ts';
import { rightProblems } from './rights/right-problems.ts';

const { stdout } = await run(
  'buf',
  ['build', '--path', 'proto/capsule/v1', '--path', 'proto/grpc', '--output', '-#format=json'],
  { cwd: join(import.meta.dirname, '..') },
);
const { file } = JSON.parse(stdout) as { file: readonly FileDescriptor[] };
const problems = rightProblems(file);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

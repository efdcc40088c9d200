import type { ContainerExecutor } from '../steps.ts';

export const missRecord: ContainerExecutor<'missRecord'> = async (_at, { damage }) => {
  throw damage;
};

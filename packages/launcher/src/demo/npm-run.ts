import { DEMO } from './demo-manifest.ts';

/** The command line of npm that starts or stops the capsule of this name, with these options. */
export function npmRun(
  verb: 'start' | 'stop',
  name: string,
  options: readonly string[] = [],
): string {
  const command = verb === 'start' ? 'npm start' : 'npm run stop';
  const words = [...options, ...(name === DEMO ? [] : ['--name', name])];
  return [command, ...(words.length === 0 ? [] : ['--', ...words])].join(' ');
}

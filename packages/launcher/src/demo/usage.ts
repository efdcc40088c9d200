/** The options of the two commands of npm, as `--help` prints them. */
export const START_USAGE = `Usage: npm start [-- OPTION...]

Starts a capsule in the background. The first start shows a tour. If the capsule already runs, it keeps running.

Options, after --:
  --name NAME  the name of the capsule (default: demo); each name has its own state
  --tour       show the tour again
  -h, --help   show this help

The variable CAPSULE_CACHE sets the folder of the built files (default: /var/cache/capsule).`;

export const STOP_USAGE = `Usage: npm run stop [-- OPTION...]

Stops a capsule of npm start, and keeps its state.

Options, after --:
  --name NAME  the name of the capsule (default: demo)
  --delete     also remove its state: workloads, volumes and images
  -h, --help   show this help`;

/** The commands that print them. */
export const START_HELP = 'npm start -- --help';
export const STOP_HELP = 'npm run stop -- --help';

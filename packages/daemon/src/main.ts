import { createLog } from '@capsule/engine';
import { readConfig } from './config/config.ts';
import { type System, startSystem } from './system/system.ts';
import { version } from './version.ts';

const CONFIG_PATH = '/perm/capsuled.json';

const log = createLog((line) => process.stdout.write(line));

/**
 * Runs capsuled in this process. Its starter calls it; the build only loads this module, to keep the code that V8 has
 * compiled by then.
 */
export async function start(): Promise<void> {
  process.umask(0o077);
  // Last resort for an unforeseen failure: workloads keep running, and PID 1 starts a new capsuled,
  // which inspects everything. Expected failures (of a disk, containerd, a guest) are handled where
  // they occur.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.error('bug: unhandled failure, capsuled exits', { event, error });
      process.exit(1);
    });
  }
  try {
    const system = await startSystem({ config: readConfig(CONFIG_PATH), log, version });
    // Workloads keep running without capsuled; the next capsuled finds them.
    process.on('SIGTERM', () => process.exit(0));
    process.on('SIGINT', () => process.exit(0));
    process.on('SIGUSR2', () => void powerOff(system));
  } catch (error) {
    log.error('capsuled cannot start', { error });
    process.exit(1);
  }
}

async function powerOff(system: System): Promise<void> {
  log.info('stopping workloads for power-off');
  try {
    await system.stopWorkloads();
    process.exit(0);
  } catch (error) {
    log.error('workloads not stopped', { error });
    process.exit(1);
  }
}

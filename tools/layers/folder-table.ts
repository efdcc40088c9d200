import type { Folders } from './folders.ts';
import { API } from './walls/api.ts';
import { CLI } from './walls/cli.ts';
import { CORE } from './walls/core.ts';
import { DAEMON } from './walls/daemon.ts';
import { DRIVERS } from './walls/drivers.ts';
import { ENGINE } from './walls/engine.ts';
import { HOST } from './walls/host.ts';
import { LAUNCHER } from './walls/launcher.ts';
import { MACHINE } from './walls/machine.ts';
import { NAMES } from './walls/names.ts';

/** Packages with walls inside. Each of their folders has a row, and the rows form no circle. */
export const FOLDERS: Readonly<Record<string, Folders>> = {
  api: API,
  cli: CLI,
  core: CORE,
  daemon: DAEMON,
  drivers: DRIVERS,
  engine: ENGINE,
  host: HOST,
  launcher: LAUNCHER,
  machine: MACHINE,
  names: NAMES,
};

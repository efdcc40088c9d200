export { CAPSULECTL } from './capsulectl/program.ts';
export { cliError } from './errors.ts';
export { KUKE } from './kuke/program.ts';
export type {
  Argument,
  CommandManual,
  Example,
  Flag,
  ProgramManual,
} from './program/manual.ts';
export { renderRemedy } from './program/render-remedy.ts';

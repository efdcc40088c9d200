export { CATALOGUE } from './capsulectl/catalogue.ts';
export { cliError } from './errors.ts';
export type { Argument, Command, Example, Flag } from './program/command.ts';

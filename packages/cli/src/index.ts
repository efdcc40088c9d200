export type { Argument, Command, Example, Flag } from './command/command.ts';
export { CATALOGUE } from './commands/catalogue.ts';
export { cliError } from './errors.ts';

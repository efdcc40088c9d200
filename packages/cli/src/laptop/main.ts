import '../bundle/older-node.ts';
import { CAPSULECTL } from '../capsulectl/program.ts';
import { startProgram } from '../start-program.ts';

/** capsulectl alone, for the one file that a laptop needs. */
startProgram(CAPSULECTL, process.argv.slice(2), process);

import { CHECK_SECTIONS } from '@capsule/core';
import type { Command } from '../../program/command.ts';
import type { CommandManual } from '../../program/manual.ts';
import { JSON_FLAG } from '../doctor/format-of.ts';
import { OUTPUT_FLAG } from '../render/format.ts';

/** The words of one program. */
export interface DoctorWords {
  /** The program as its examples type it. */
  readonly program: string;
  /** Words before the verb. */
  readonly noun: readonly string[];
  readonly aliasesOf?: (verb: string) => NonNullable<CommandManual['aliases']>;
}

/** Checks of the capsule, in short and with hints. */
export function doctorCommands({ program, noun, aliasesOf }: DoctorWords): readonly Command[] {
  const shape = (verb: string) => {
    const aliases = aliasesOf?.(verb) ?? [];
    return {
      path: [...noun, verb] as unknown as CommandManual['path'],
      ...(aliases.length > 0 && { aliases }),
    };
  };
  const line = (...words: string[]) => [program, ...noun, ...words].join(' ');
  return [
    {
      ...shape('status'),
      summary: 'show the health of the capsule, a line for each section',
      about:
        'The state of a section is that of its worst check. The exit code is 0 if the capsule answers.',
      args: [],
      flags: [JSON_FLAG, OUTPUT_FLAG],
      examples: [{ line: line('status'), about: 'all sections' }],
      load: () => import('../doctor/status.ts'),
    },
    {
      ...shape('doctor'),
      summary: 'check the capsule and its machine, with a hint for each fault',
      about:
        `Sections are ${CHECK_SECTIONS.join(', ')}. FAIL means that something does not work, WARN that something is ` +
        'left over or could not be checked. The exit code is 1 if a check fails, otherwise 0. Changes nothing.',
      args: [
        {
          name: 'section',
          summary: 'check only this section (default: all)',
          isOptional: true,
          isRepeatable: true,
          completes: 'checkSection',
        },
      ],
      flags: [JSON_FLAG, OUTPUT_FLAG],
      examples: [
        { line: line('doctor'), about: 'everything' },
        { line: line('doctor', 'cgroups'), about: 'only the delegation of cgroups' },
        { line: line('doctor', 'leftovers', '--json'), about: 'for a program' },
      ],
      load: () => import('../doctor/doctor.ts'),
    },
  ];
}

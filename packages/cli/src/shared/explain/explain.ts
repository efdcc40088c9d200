import { ERROR_KINDS, nearestWord } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { renderRemedy } from '../../program/render-remedy.ts';
import { renderDetails } from '../render/details.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import type { ErrorEntry } from './error-entry.ts';
import { ERROR_CATALOGUE } from './gen/error-catalogue.ts';

/** Prints the explanation of an error code; asks no capsule. Fails with `CLI_CODE_UNKNOWN`. */
export const run: Run = async (input, context) => {
  const [typed = ''] = input.args;
  const format = readFormat(input);
  const document = documentOf(entryOf(typed), context);
  if (isData(format)) await context.out.write(await renderDocument(format, document));
  else if (format.kind === 'name') await context.out.write(`${document.code}\n`);
  else await context.out.write(describe(document, context));
  return undefined;
};

function entryOf(typed: string): ErrorEntry {
  const code = typed.toUpperCase();
  const entry = ERROR_CATALOGUE.find((one) => one.code === code);
  if (entry !== undefined) return entry;
  const codes = ERROR_CATALOGUE.map((one) => one.code);
  throw cliError.CODE_UNKNOWN({ code: typed, near: nearestWord(code, codes) });
}

function documentOf({ code, kind, message, why, fix }: ErrorEntry, { program }: Context) {
  const { rpc, exit, retry } = ERROR_KINDS[kind];
  return {
    code,
    message,
    why,
    fix: fix && renderRemedy(fix, program),
    kind,
    exitCode: exit,
    grpcStatus: rpc,
    canRetry: retry,
  };
}

function describe(
  { code, message, why, fix, kind, exitCode, grpcStatus, canRetry }: ReturnType<typeof documentOf>,
  { out }: Context,
): string {
  return renderDetails(
    [
      ['code', code],
      ['message', message.split('\n')],
      ['why', why],
      ['fix', fix],
      ['kind', kind],
      ['exit code', `${exitCode}`],
      ['gRPC status', grpcStatus],
      ['a retry', canRetry ? 'can help' : 'does not help'],
    ],
    out,
  );
}

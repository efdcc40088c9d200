import { TYPE } from '../message/codes.ts';
import type { OwnAnswer } from '../message/compose-answer.ts';
import { type NameZone, ZONE } from './name-zone.ts';
import {
  answerData,
  answerNoData,
  answerNoSuchName,
  answerServerFailure,
  authorityOf,
} from './own-answers.ts';

/** `4.254.20.172.in-addr.arpa`: the name of that address, in the bridge's subnet; undefined for other names. */
export function answerReverse(
  labels: readonly string[],
  type: number,
  zone: NameZone,
): OwnAnswer | undefined {
  const address = addressFrom(labels);
  const { gateway, holds, prefix } = zone.subnet;
  if (address === undefined || !(holds(address) || address === gateway)) return undefined;
  const name = address === gateway ? [] : nameOf(address, zone);
  const above = authorityOf(labels.slice(4 - Math.floor(prefix / 8)).join('.'));
  if (name === undefined)
    return zone.names === undefined ? answerServerFailure() : answerNoSuchName(above);
  if (type !== TYPE.PTR && type !== TYPE.ANY) return answerNoData(above);
  return answerData({ type: 'PTR', name: labels.join('.'), data: [...name, ...ZONE].join('.') });
}

function addressFrom(labels: readonly string[]): string | undefined {
  if (labels.length !== 6 || labels[4] !== 'in-addr' || labels[5] !== 'arpa') return undefined;
  const parts = labels.slice(0, 4).reverse();
  return parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part)) ? parts.join('.') : undefined;
}

function nameOf(address: string, { owners }: NameZone): readonly string[] | undefined {
  const name = owners.get(address);
  return name === undefined ? undefined : [name];
}

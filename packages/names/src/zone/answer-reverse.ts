import { fullNameOf, type Subnet, WORKLOAD_DOMAIN } from '@capsule/core';
import { TYPE } from '../message/codes.ts';
import type { OwnAnswer } from '../message/compose-answer.ts';
import type { NameZone } from './name-zone.ts';
import {
  answerData,
  answerNoData,
  answerNoSuchName,
  answerServerFailure,
  authorityOf,
} from './own-answers.ts';

/**
 * `4.254.20.172.in-addr.arpa`: the name of that address, in the range of the space. Addresses of other spaces have
 * no name here. Undefined for all other names.
 */
export function answerReverse(
  labels: readonly string[],
  type: number,
  zone: NameZone,
): OwnAnswer | undefined {
  const address = addressFrom(labels);
  const subnet = [zone.subnet, ...zone.others].find((one) => isIn(one, address));
  if (address === undefined || subnet === undefined) return undefined;
  const above = authorityOf(labels.slice(4 - Math.floor(subnet.prefix / 8)).join('.'));
  if (subnet !== zone.subnet) return answerNoSuchName(above);
  const name = address === subnet.gateway ? WORKLOAD_DOMAIN : nameOf(address, zone);
  if (name === undefined)
    return zone.names === undefined ? answerServerFailure() : answerNoSuchName(above);
  if (type !== TYPE.PTR && type !== TYPE.ANY) return answerNoData(above);
  return answerData({ type: 'PTR', name: labels.join('.'), data: name });
}

function isIn({ gateway, holds }: Subnet, address: string | undefined): boolean {
  return address !== undefined && (address === gateway || holds(address));
}

function addressFrom(labels: readonly string[]): string | undefined {
  if (labels.length !== 6 || labels[4] !== 'in-addr' || labels[5] !== 'arpa') return undefined;
  const parts = labels.slice(0, 4).reverse();
  return parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part)) ? parts.join('.') : undefined;
}

function nameOf(address: string, { names }: NameZone): string | undefined {
  const owner = names?.owners.get(address);
  return owner && fullNameOf(owner);
}

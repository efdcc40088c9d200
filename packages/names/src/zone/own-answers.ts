import { WORKLOAD_DOMAIN } from '@capsule/core';
import type { Answer } from 'dns-packet';
import { RCODE } from '../message/codes.ts';
import type { OwnAnswer } from '../message/compose-answer.ts';

/** Workloads come and go: resolvers must not cache an address for long, and an absence still less. */
const TTL_SECONDS = 5;
const ABSENCE_TTL_SECONDS = 1;

export function answerData(...data: readonly Answer[]): OwnAnswer {
  const answers = data.map((answer) => ({ ...answer, ttl: TTL_SECONDS }) as Answer);
  return { rcode: RCODE.NOERROR, isAuthoritative: true, answers, authorities: [] };
}

/** The name exists, but has no record of the requested type. */
export function answerNoData(authorities: readonly Answer[]): OwnAnswer {
  return { rcode: RCODE.NOERROR, isAuthoritative: true, answers: [], authorities };
}

export function answerNoSuchName(authorities: readonly Answer[]): OwnAnswer {
  return {
    rcode: RCODE.NXDOMAIN,
    isAuthoritative: authorities.length > 0,
    answers: [],
    authorities,
  };
}

/** The names are not known yet: a retry later may find it. */
export function answerServerFailure(): OwnAnswer {
  return { rcode: RCODE.SERVFAIL, isAuthoritative: false, answers: [], authorities: [] };
}

/** The authority section of an absence; it says how long resolvers cache it. */
export function authorityOf(zone: string): readonly Answer[] {
  return [startOfAuthority(zone)];
}

export function startOfAuthority(zone: string): Answer {
  return {
    type: 'SOA',
    name: zone,
    ttl: ABSENCE_TTL_SECONDS,
    data: {
      mname: WORKLOAD_DOMAIN,
      rname: `root.${WORKLOAD_DOMAIN}`,
      serial: 1,
      refresh: 3600,
      retry: 600,
      expire: 86_400,
      minimum: ABSENCE_TTL_SECONDS,
    },
  };
}

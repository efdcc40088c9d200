import { type Action, type Chains, judgeChain, type Rule } from './judge-chains.ts';
import {
  type Match,
  matchAll,
  matchLink,
  matchName,
  matchSource,
  negate,
  type Packet,
} from './packet.ts';

interface Chain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
}

type Expression = Readonly<Record<string, unknown>>;

interface RuleText {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly expr: readonly Expression[];
}

interface Condition {
  readonly op: string;
  readonly left: Expression;
  readonly right: unknown;
}

/**
 * The chains that keep a packet from being forwarded, from `nft -j -t list ruleset`: each that hooks into
 * forward has a say, whatever another one accepts. `ip filter FORWARD`.
 */
export function dropsInNft(json: string, packet: Packet): readonly string[] {
  const { nftables } = JSON.parse(json) as {
    nftables: readonly { chain?: Chain; rule?: RuleText }[];
  };
  const rules = nftables.flatMap(({ rule }) => rule ?? []);
  const bases = nftables.flatMap(({ chain }) => (chain?.hook === 'forward' ? chain : []));
  return bases
    .filter(({ family }) => family === 'ip' || family === 'inet')
    .filter((base) => {
      const chains = chainsOf(base, rules, packet);
      return judgeChain(chains, base.name, base.policy === 'drop' ? 'drop' : 'accept') === 'drop';
    })
    .map(({ family, table, name }) => `${family} ${table} ${name}`);
}

function chainsOf({ family, table }: Chain, rules: readonly RuleText[], packet: Packet): Chains {
  const own = rules.filter((rule) => rule.family === family && rule.table === table);
  const chains = new Map<string, Rule[]>();
  for (const { chain, expr } of own) {
    chains.set(chain, [...(chains.get(chain) ?? []), ...judgeRule(expr, packet)]);
  }
  return chains;
}

/** A map of verdicts is a rule for each of its entries. */
function judgeRule(expr: readonly Expression[], packet: Packet): readonly Rule[] {
  const matches = expr.flatMap((part) => matchOf(part, packet) ?? []);
  const map = expr.find((part) => 'vmap' in part)?.['vmap'] as
    | { key: Expression; data: { set?: readonly (readonly [unknown, Expression])[] } }
    | undefined;
  if (map === undefined) {
    return [{ applies: matchAll(matches), action: expr.map(actionOf).findLast(isDefined) }];
  }
  return (map.data.set ?? []).map(([right, verdict]) => ({
    applies: matchAll([...matches, matchCondition({ op: '==', left: map.key, right }, packet)]),
    action: actionOf(verdict),
  }));
}

function isDefined(action: Action): boolean {
  return action !== undefined;
}

function actionOf(part: Expression): Action {
  if ('accept' in part) return 'accept';
  if ('drop' in part || 'reject' in part) return 'drop';
  if ('return' in part) return 'return';
  if ('jump' in part) return { jump: (part['jump'] as { target: string }).target };
  if ('goto' in part) return { goto: (part['goto'] as { target: string }).target };
  const { type, name } = (part['xt'] ?? {}) as { type?: string; name?: string };
  return type === 'target' && name === 'REJECT' ? 'drop' : undefined;
}

function matchOf(part: Expression, packet: Packet): Match | undefined {
  if ('match' in part) return matchCondition(part['match'] as Condition, packet);
  if ('limit' in part) return 'unknown';
  if (!('xt' in part)) return undefined;
  const { type, name } = (part['xt'] ?? {}) as { type?: string; name?: string };
  if (type === 'target') return undefined;
  return name === 'comment' ? 'yes' : 'unknown';
}

function matchCondition({ op, left, right }: Condition, packet: Packet): Match {
  const match = matchAny(left, right, packet);
  return op === '!=' ? negate(match) : match;
}

/** A set holds when one of its members does. */
function matchAny(left: Expression, right: unknown, packet: Packet): Match {
  const members = membersOf(right);
  const found = members.map((member) => matchOne(left, member, packet));
  return (
    (['ours', 'yes', 'unknown'] as const).find((match) => found.includes(match)) ??
    (members.length === 0 ? 'unknown' : 'no')
  );
}

function membersOf(right: unknown): readonly unknown[] {
  if (Array.isArray(right)) return right;
  const set = (right as { set?: unknown } | null)?.set;
  return Array.isArray(set) ? set : [right];
}

function matchOne(left: Expression, right: unknown, packet: Packet): Match {
  const { key } = (left['meta'] ?? left['ct'] ?? {}) as { key?: string };
  if ('ct' in left) return matchConnection(key, right);
  if (typeof right === 'string' && (key === 'iifname' || key === 'iif')) {
    return matchLink(right, packet, '*');
  }
  if (typeof right === 'string' && (key === 'oifname' || key === 'oif')) {
    return matchName(right, packet.oifnames, '*');
  }
  if (key === 'l4proto') return right === 'tcp' ? 'yes' : 'no';
  if (key === 'nfproto') return right === 'ipv4' ? 'yes' : 'no';
  return matchHeader(left, right, packet);
}

/** The state of a new connection, whose destination no rule has changed. */
function matchConnection(key: string | undefined, right: unknown): Match {
  if (key === 'state') return right === 'new' ? 'yes' : 'no';
  if (key === 'status') return 'no';
  return 'unknown';
}

function matchHeader(left: Expression, right: unknown, packet: Packet): Match {
  const { protocol, field } = (left['payload'] ?? {}) as { protocol?: string; field?: string };
  if (protocol === 'ip6' || protocol === 'icmp' || protocol === 'icmpv6') return 'no';
  if (protocol === 'udp') return 'no';
  if (protocol !== 'ip') return 'unknown';
  if (field === 'protocol') return right === 'tcp' ? 'yes' : 'no';
  const { addr, len } = (right as { prefix?: { addr: string; len: number } } | null)?.prefix ?? {};
  const range = addr === undefined ? right : `${addr}/${len}`;
  return field === 'saddr' && typeof range === 'string' ? matchSource(range, packet) : 'unknown';
}

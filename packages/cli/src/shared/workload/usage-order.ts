/** The sort orders of a usage table. */
export const USAGE_ORDERS = ['name', 'cpu', 'memory'] as const;
export type UsageOrder = (typeof USAGE_ORDERS)[number];

export const SORT_FLAG = {
  flags: '--sort <column>',
  summary: 'the sort order',
  choices: USAGE_ORDERS,
} as const;

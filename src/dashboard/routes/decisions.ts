import type { Whys } from '../../why/whys.js';
import { json, type Route, refused } from '../route.js';

const statuses = { bad_decision_id: 400, decision_unknown: 404, ledger_unreadable: 503 } as const;

/** The chain of one decision as it was kept, by its id, an order's own id, or the newest of a market. */
export const decisionRoutes = (whys: Pick<Whys, 'chain'> | null): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/decisions/:id',
    access: 'read',
    handle: async ({ params }) => {
      if (whys === null)
        return refused(
          404,
          'no_ledger',
          'a recording explains no decision by itself, and its ledger is not where it was recorded',
        );
      const chain = await whys.chain(params.get('id') ?? '');
      if (chain.ok) return json(200, chain.value);
      const { code, text } = chain.error;
      // The text of a ledger that cannot be read names where it lies.
      return refused(
        statuses[code],
        code,
        code === 'ledger_unreadable' ? 'the ledger cannot be read' : text,
      );
    },
  },
];

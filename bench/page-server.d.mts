import type { ServerResponse } from 'node:http';
import type { Told } from '../src/messages/dashboard.js';
import type { DecisionChain } from '../src/messages/decision-chain.js';

export function servePage(
  folder: string,
  parts: {
    readonly onStream: (tell: (told: Told) => void, response: ServerResponse) => void;
    readonly decision?: (id: string) => DecisionChain | null;
    readonly onPost?: (path: string, body: unknown) => object;
  },
): Promise<{ readonly url: string; readonly close: () => Promise<unknown> }>;

import { type Route, refused } from '../route.js';

/** The text that the engine pushed last, for Prometheus: it shows a token as `Authorization: Bearer`. */
export const metricsRoutes = (latest: () => string): readonly Route[] => [
  {
    method: 'GET',
    path: '/metrics',
    access: 'read',
    handle: () => {
      const body = latest();
      if (body === '') return refused(503, 'no_metrics', 'the engine has told no metrics yet');
      return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body };
    },
  },
];

import { fileURLToPath } from 'node:url';
import type { Clock } from '../clock.js';
import { err, ok, type Result } from '../domain/result.js';
import { limits } from '../limits.js';
import type { FeedMessage } from '../messages/dashboard-feed.js';
import { assetsIn } from './assets.js';
import { History } from './history.js';
import { Login } from './login.js';
import type { ReplayCommand } from './messages.js';
import type { DashboardPlan } from './plan.js';
import { Replica } from './replica/replica.js';
import type { Route } from './route.js';
import { controlRoutes } from './routes/control.js';
import { loginRoutes } from './routes/login.js';
import { metricsRoutes } from './routes/metrics.js';
import { pageAddresses, pageRoutes } from './routes/pages.js';
import { replayRoutes } from './routes/replay.js';
import { serve } from './server.js';
import { EventHub } from './sse.js';
import { tokensIn } from './tokens.js';

export type Dashboard = {
  readonly port: number;
  /** Opens the page once. */
  readonly code: string;
  /** All that can be asked of it, but for the stream of events. */
  readonly routes: readonly Route[];
  readonly hear: (messages: readonly FeedMessage[]) => void;
  readonly close: () => Promise<void>;
};

export type DashboardPorts = {
  readonly clock: Clock;
  /** Where the page was built. */
  readonly assets: string;
  readonly replay: (command: ReplayCommand) => void;
};

export const builtAssets = fileURLToPath(new URL('../ui', import.meta.url));

/** The replica, its history, and the server that shows them. */
export async function openDashboard(
  plan: DashboardPlan,
  ports: DashboardPorts,
): Promise<Result<Dashboard, { readonly code: string; readonly detail: string }>> {
  const { clock } = ports;
  const tokens = tokensIn(plan.tokenDir);
  if (!tokens.ok) return err({ code: 'token_unusable', detail: tokens.error });
  const login = new Login(tokens.value, clock);
  const replica = new Replica(plan.source);
  const history = new History(plan.home, replica, clock);
  const events = new EventHub(() => replica.state(), clock);
  let metrics = '';
  const routes: readonly Route[] = [
    ...pageRoutes(assetsIn(ports.assets)),
    ...loginRoutes(login),
    ...controlRoutes({ controlDir: plan.controlDir, replica, clock }),
    ...metricsRoutes(() => metrics),
    ...(plan.source === 'replay' ? replayRoutes(ports.replay) : []),
  ];
  const served = await serve({ routes, pages: pageAddresses, login, events }, plan.port);
  if (!served.ok) {
    events.close();
    return served;
  }
  void history.catchUp();
  const publish = (): void => {
    const patch = replica.patch();
    if (patch !== null) events.patch(patch);
  };
  let disarm = (): void => {};
  const arm = (): void => {
    disarm = clock.setTimer(limits.dashboardPatchMs, () => {
      publish();
      arm();
    });
  };
  arm();
  return ok({
    port: served.value.port,
    code: login.code('full'),
    routes,
    hear: (messages) => {
      for (const message of messages) {
        if (message.kind === 'records') history.hear(message.records);
        else if (message.kind === 'metrics') metrics = message.text;
        else replica.hear(message);
      }
    },
    close: async () => {
      disarm();
      events.close();
      await served.value.close();
    },
  });
}

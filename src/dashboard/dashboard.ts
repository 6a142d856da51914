import { fileURLToPath } from 'node:url';
import type { Clock } from '../clock.js';
import { decodeAccount } from '../domain/account-codec.js';
import { err, ok, type Result } from '../domain/result.js';
import { limits } from '../limits.js';
import type { FeedMessage } from '../messages/dashboard-feed.js';
import { Whys } from '../why/whys.js';
import { assetsIn } from './assets.js';
import { History } from './history.js';
import { hearKept } from './kept.js';
import { Login } from './login.js';
import type { ReplayCommand } from './messages.js';
import type { DashboardPlan } from './plan.js';
import { Replica } from './replica/replica.js';
import type { Route } from './route.js';
import { controlRoutes } from './routes/control.js';
import { decisionRoutes } from './routes/decisions.js';
import { loginRoutes } from './routes/login.js';
import { metricsRoutes } from './routes/metrics.js';
import { pageAddresses, pageRoutes } from './routes/pages.js';
import { replayRoutes } from './routes/replay.js';
import { type ListenProblem, serve } from './server.js';
import { settingsRoutes } from './settings/routes.js';
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

export type DashboardProblem =
  | ListenProblem
  | { readonly code: 'token_unusable'; readonly detail: string };

export const builtAssets = fileURLToPath(new URL('../ui', import.meta.url));

/** The replica, its history, and the server that shows them. */
export async function openDashboard(
  plan: DashboardPlan,
  ports: DashboardPorts,
): Promise<Result<Dashboard, DashboardProblem>> {
  const { clock } = ports;
  const tokens = tokensIn(plan.tokenDir);
  if (!tokens.ok) return err({ code: 'token_unusable', detail: tokens.error });
  const login = new Login(tokens.value, clock);
  const shown = new Shown(plan, clock);
  const whys = plan.explains === null ? null : new Whys(plan.explains);
  const routes: readonly Route[] = [
    ...pageRoutes(assetsIn(ports.assets)),
    ...loginRoutes(login),
    ...controlRoutes({ controlDir: plan.controlDir, latches: () => shown.replica.latches, clock }),
    ...decisionRoutes(whys),
    ...metricsRoutes(() => shown.metrics),
    ...settingsRoutes({
      plan: plan.config,
      home: plan.home,
      inForce: () => shown.replica.inForce,
      clock,
    }),
    ...(plan.source === 'replay' ? replayRoutes(ports.replay) : []),
  ];
  const { events } = shown;
  const served = await serve({ routes, pages: pageAddresses, login, events, clock }, plan.port);
  if (!served.ok) {
    shown.close();
    return served;
  }
  shown.start();
  return ok({
    port: served.value.port,
    code: login.code('full'),
    routes,
    hear: (messages) => shown.hear(messages),
    close: async () => {
      shown.close();
      await served.value.close();
      await whys?.close();
    },
  });
}

/** What the pages see: the replica, kept up to date, and what is new of it, a few times a second. */
class Shown {
  replica: Replica;
  metrics = '';
  readonly events: EventHub;
  private readonly plan: DashboardPlan;
  private readonly clock: Clock;
  private history: History;
  private disarm: () => void = () => {};

  constructor(plan: DashboardPlan, clock: Clock) {
    this.plan = plan;
    this.clock = clock;
    this.replica = new Replica(plan.source, null, plan.terminal);
    this.history = new History(plan.home, this.replica, clock);
    this.events = new EventHub(() => this.replica.state(), clock);
  }

  start(): void {
    void this.history.catchUp().then(() => {
      const { replica, plan } = this;
      const run = plan.source === 'finished' ? replica.finishedRun(plan.version) : null;
      if (run !== null) replica.hear(run);
      if (plan.home !== null) void hearKept(plan.home, replica, () => this.breath());
    });
    this.arm();
  }

  close(): void {
    this.disarm();
    this.events.close();
  }

  hear(messages: readonly FeedMessage[]): void {
    for (const message of messages) {
      if (message.kind === 'records') this.history.hear(message.records);
      else if (message.kind === 'metrics') this.metrics = message.text;
      else if (message.kind === 'recovered') this.restart(message.account);
      else this.replica.hear(message);
    }
    // With what the batch says of the new beginning: a page that knew nothing would lose its place.
    if (messages.some(({ kind }) => kind === 'recovered')) this.events.renew();
  }

  /** A replay begins, once more perhaps. */
  private restart(recovered: unknown): void {
    const account = recovered === null ? null : decodeAccount(recovered);
    const begun = account?.ok === true ? account.value : null;
    this.replica = new Replica(this.plan.source, begun, this.plan.terminal);
    this.history = new History(this.plan.home, this.replica, this.clock);
  }

  private breath(): Promise<void> {
    return new Promise((rested) => void this.clock.setTimer(0, rested));
  }

  private arm(): void {
    this.disarm = this.clock.setTimer(limits.dashboardPatchMs, () => {
      const patch = this.replica.patch();
      if (patch !== null) this.events.patch(patch);
      this.arm();
    });
  }
}

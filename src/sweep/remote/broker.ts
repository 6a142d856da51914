import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { type ObjectStore, Objm } from '@nats-io/obj';
import {
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
  nanos,
} from '@nats-io/transport-node';
import type { Clock } from '../../clock.js';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import type { ExecutorProblem } from '../executor.js';
import type { Credentials } from './credentials.js';

export type Broker = {
  readonly connection: NatsConnection;
  readonly stream: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly recordings: ObjectStore;
};

export const jobsStream = 'bot_sweep_jobs';
export const resultsStream = 'bot_sweep_results';
const recordingsBucket = 'bot_sweep_recordings';
const jobsPrefix = 'bot_sweep.jobs';
const resultsPrefix = 'bot_sweep.results';
export const presenceSubject = 'bot_sweep.presence';

/** Jobs of one build: a worker of another never sees them. */
export const jobSubject = (build: string, jobId: string): string =>
  `${jobsPrefix}.${build}.${jobId}`;
export const resultSubject = (jobId: string): string => `${resultsPrefix}.${jobId}`;
export const consumerOf = (build: string): string => `build_${build}`;

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** Off this machine, what is sent is encrypted and whoever sends it is known; there is no switch against it. */
export function remoteProblem(url: string, credentials: Credentials): ExecutorProblem | null {
  const unsafe = (detail: string): ExecutorProblem => ({ code: 'remote_unsafe', detail });
  if (!URL.canParse(url)) return unsafe('--remote is no address such as nats://127.0.0.1:4222');
  const { protocol, hostname, username, password } = new URL(url);
  if (protocol !== 'nats:' && protocol !== 'tls:')
    return unsafe(`--remote begins with nats:// or tls://, not ${protocol}//`);
  if (username !== '' || password !== '')
    return unsafe(
      'credentials in --remote can be read in the list of processes; use NATS_TOKEN, NATS_CREDS or NATS_USER and NATS_PASSWORD in the environment',
    );
  if (isLoopback(hostname)) return null;
  if (protocol !== 'tls:')
    return unsafe(
      `${hostname} is not this machine: use tls://, or a tunnel that ends on a loopback address`,
    );
  return credentials.kind === 'none'
    ? unsafe(
        `${hostname} is not this machine: set NATS_CREDS, NATS_TOKEN, or NATS_USER and NATS_PASSWORD`,
      )
    : null;
}

const authOf = (credentials: Credentials): NodeConnectionOptions => {
  switch (credentials.kind) {
    case 'none':
      return {};
    case 'token':
      return { token: credentials.token };
    case 'user':
      return { user: credentials.user, pass: credentials.password };
    case 'creds':
      return { authenticator: credsAuthenticator(credentials.text) };
  }
};

/** Connects, and makes what sweeps need there when it is missing. A broker that goes away later is waited for. */
export async function connectBroker(
  url: string,
  credentials: Credentials,
  name: string,
): Promise<Result<Broker, ExecutorProblem>> {
  const problem = remoteProblem(url, credentials);
  if (problem !== null) return err(problem);
  const { protocol, host } = new URL(url);
  let connection: NatsConnection;
  try {
    connection = await connect({
      servers: host,
      name,
      timeout: limits.sweepConnectMsMax,
      maxReconnectAttempts: -1,
      reconnectTimeWait: limits.sweepBrokerRetryMs,
      ...(protocol === 'tls:' ? { tls: {} } : {}),
      ...authOf(credentials),
    });
  } catch (error) {
    const text = messageOf(error);
    return /auth/i.test(text)
      ? err({ code: 'broker_refused', detail: `${host} refuses our credentials: ${text}` })
      : err({ code: 'broker_unreachable', detail: `${host}: ${text}; is nats-server running?` });
  }
  try {
    const manager = await jetstreamManager(connection);
    const stream = jetstream(connection);
    await ensureStream(manager, {
      name: jobsStream,
      subjects: [`${jobsPrefix}.>`],
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      max_age: nanos(limits.sweepRecordingsAgeMsMax),
      max_msg_size: limits.sweepMessageBytesMax,
    });
    await ensureStream(manager, {
      name: resultsStream,
      subjects: [`${resultsPrefix}.>`],
      storage: StorageType.File,
      // One result a job, however often it was run.
      max_msgs_per_subject: 1,
      max_age: nanos(limits.sweepResultsAgeMsMax),
      max_msg_size: limits.sweepMessageBytesMax,
    });
    const recordings = await new Objm(stream).create(recordingsBucket, {
      storage: StorageType.File,
      ttl: nanos(limits.sweepRecordingsAgeMsMax),
    });
    return ok({ connection, stream, manager, recordings });
  } catch (error) {
    await connection.close();
    const text = messageOf(error);
    return err({
      code: 'broker_failed',
      detail: `${host}: ${text}; nats-server needs JetStream (-js) and room on its disk`,
    });
  }
}

async function ensureStream(
  manager: JetStreamManager,
  config: Partial<StreamConfig> & { readonly name: string },
): Promise<void> {
  try {
    await manager.streams.info(config.name);
  } catch {
    await manager.streams.add(config);
  }
}

/** The queue of a build's jobs, from which its workers pull. */
export async function ensureConsumer(
  { manager }: Broker,
  build: string,
  ackWaitMs: number,
): Promise<void> {
  await manager.consumers.add(jobsStream, {
    durable_name: consumerOf(build),
    filter_subject: `${jobsPrefix}.${build}.*`,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(ackWaitMs),
    max_deliver: limits.sweepDeliveriesMax,
    max_ack_pending: limits.sweepThreadsMax * 64,
  });
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((done) => void clock.setTimer(ms, done));

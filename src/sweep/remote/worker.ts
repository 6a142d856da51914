import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { Clock } from '../../clock.js';
import { ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import type { ExecutorProblem } from '../executor.js';
import { type JobOutcome, poisoned, type SweepJob } from '../job.js';
import { jobThreads, type Threads } from '../threads.js';
import {
  type Broker,
  connectBroker,
  consumerOf,
  ensureConsumer,
  jobsStream,
  messageOf,
  pause,
  presenceSubject,
  resultSubject,
  resultsStream,
} from './broker.js';
import type { Credentials } from './credentials.js';
import { RecordingCache } from './recordings.js';
import { jobFrom, outcomeFrom, type Presence } from './wire.js';

export type WorkerOptions = {
  readonly url: string;
  readonly credentials: Credentials;
  readonly threads: number;
  readonly build: string;
  /** How people tell it from other workers. */
  readonly name: string;
  /** Where fetched recordings are kept. */
  readonly cacheFolder: string;
  readonly clock: Clock;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
  /** As the sweep's. */
  readonly ackWaitMs?: number;
  /** The thread's file; the built one unless a test brings another. */
  readonly file?: URL;
};

/**
 * Pulls jobs of its own build and runs them, until `signal`. A job is acknowledged once the broker has its result, so
 * that whatever becomes of this process, another worker gets what it had not finished.
 */
export async function runWorker(options: WorkerOptions): Promise<Result<null, ExecutorProblem>> {
  const { url, credentials, name, build, threads, signal } = options;
  const connected = await connectBroker(url, credentials, `worker ${name}`);
  if (!connected.ok) return connected;
  const broker = connected.value;
  answerPresence(broker, { build, name, threads }, options.say);
  const worker = new Worker(broker, options);
  options.say(`worker ${name}: build ${build}, ${threads} threads; waiting for jobs`);
  // What is under way is given back at once: others run it.
  signal.addEventListener('abort', () => void worker.close());
  await Promise.all(Array.from({ length: threads }, () => worker.pull()));
  await broker.connection.drain();
  return ok(null);
}

/** Tells whoever asks that we are here, and a person when a sweep has another build. */
function answerPresence(broker: Broker, me: Presence, say: (text: string) => void): void {
  const told = new Set<string>();
  broker.connection.subscribe(presenceSubject, {
    callback: (_, message) => {
      const asked = message.string().slice(0, 64);
      message.respond(JSON.stringify(me));
      if (asked === me.build || told.has(asked)) return;
      told.add(asked);
      say(
        `build_mismatch: a sweep of build ${JSON.stringify(asked)} asks for workers; this one is build ${me.build} and runs none of its jobs; build the same commit on both sides`,
      );
    },
  });
}

class Worker {
  private readonly broker: Broker;
  private readonly options: WorkerOptions;
  private readonly threads: Threads;
  private readonly cache: RecordingCache;
  private consumer: Promise<Consumer> | null = null;

  constructor(broker: Broker, options: WorkerOptions) {
    this.broker = broker;
    this.options = options;
    this.threads = jobThreads(options.threads, options.file);
    this.cache = new RecordingCache(options.cacheFolder);
  }

  close(): Promise<void> {
    return this.threads.close();
  }

  /** One job at a time, for ever. */
  async pull(): Promise<void> {
    const { signal, clock } = this.options;
    while (!signal.aborted) {
      try {
        this.consumer ??= this.queue();
        const message = await (await this.consumer).next({ expires: limits.sweepPullMs });
        if (message !== null) await this.handle(message);
      } catch {
        // The broker is away: its client connects again by itself, and jobs we hold come again.
        this.consumer = null;
        if (!signal.aborted) await pause(clock, limits.sweepBrokerRetryMs);
      }
    }
  }

  private async queue(): Promise<Consumer> {
    const { build, ackWaitMs = limits.sweepAckWaitMs } = this.options;
    await ensureConsumer(this.broker, build, ackWaitMs);
    return await this.broker.stream.consumers.get(jobsStream, consumerOf(build));
  }

  private async handle(message: JsMsg): Promise<void> {
    const read = jobFrom(message.string());
    if (read === null || !message.subject.endsWith(`.${read.jobId}`)) {
      this.options.say('job_unreadable: a message that is no job was dropped');
      message.term();
      return;
    }
    const { jobId, job } = read;
    const stopWorking = this.keepWorking(message);
    try {
      const delivery = message.info.deliveryCount;
      if (delivery > 1 && (await this.isAnswered(jobId))) return void (await message.ackAck());
      const outcome = await this.outcomeOf(job, delivery);
      if (this.options.signal.aborted) return message.nak();
      if (outcome === null) return message.nak(limits.sweepBrokerRetryMs);
      await this.broker.stream.publish(resultSubject(jobId), JSON.stringify(outcome), {
        // The same totals twice are one result; a failure is one for each time the job was asked for.
        msgID: outcome.ok ? jobId : `${jobId}.${message.seq}`,
      });
      await message.ackAck();
    } finally {
      stopWorking();
    }
  }

  /** Null: not to be had just now; somebody shall try again. */
  private async outcomeOf(job: SweepJob, delivery: number): Promise<JobOutcome | null> {
    const failed = (code: string, detail: string): JobOutcome => ({
      ok: false,
      failure: { code, detail },
    });
    if (delivery > limits.sweepAttemptsMax) return poisoned(limits.sweepAttemptsMax);
    const { build } = this.options;
    if (job.build !== build)
      return failed('build_mismatch', `the job is of build ${job.build}, the worker of ${build}`);
    const folder = await this.cache.get(this.broker.recordings, job.recording);
    if (!folder.ok) {
      this.options.say(`recording_unavailable: ${job.recording}: ${folder.error}`);
      return delivery < limits.sweepAttemptsMax
        ? null
        : failed('recording_unavailable', folder.error);
    }
    return await this.threads.run(job, folder.value);
  }

  private async isAnswered(jobId: string): Promise<boolean> {
    try {
      const kept = await this.broker.manager.streams.getMessage(resultsStream, {
        last_by_subj: resultSubject(jobId),
      });
      return kept !== null && outcomeFrom(kept.string())?.ok === true;
    } catch (error) {
      this.options.say(`looking for a result: ${messageOf(error)}`);
      return false;
    }
  }

  /** Says in time that we are still at it, so that nobody else is given the job. */
  private keepWorking(message: JsMsg): () => void {
    const { clock, ackWaitMs = limits.sweepAckWaitMs } = this.options;
    let cancel = (): void => {};
    const again = (): void => {
      cancel = clock.setTimer(ackWaitMs / limits.sweepWorkingPerAckWait, () => {
        message.working();
        again();
      });
    };
    again();
    return () => cancel();
  }
}

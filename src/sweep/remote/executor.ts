import { AckPolicy, type Consumer, type ConsumerInfo, DeliverPolicy } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Clock } from '../../clock.js';
import { assert } from '../../domain/assert.js';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import type {
  ExecutorProblem,
  JobExecutor,
  NamedJob,
  Recordings,
  RunOptions,
} from '../executor.js';
import {
  type Broker,
  connectBroker,
  consumerOf,
  ensureConsumer,
  jobSubject,
  jobsStream,
  messageOf,
  pause,
  presenceSubject,
  resultSubject,
  resultsStream,
} from './broker.js';
import type { Credentials } from './credentials.js';
import { upload } from './recordings.js';
import { outcomeFrom, presenceFrom } from './wire.js';

export type RemoteOptions = {
  readonly url: string;
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** How long a silent worker is waited for; the limit unless a test has less time. */
  readonly ackWaitMs?: number;
  /** Tells a person. */
  readonly say: (text: string) => void;
};

/** Hands jobs to workers behind a NATS server, and waits for their results. */
export function remoteExecutor(recordings: Recordings, options: RemoteOptions): JobExecutor {
  let broker: Broker | null = null;
  return {
    run: async (jobs, run) => {
      if (broker === null) {
        const connected = await connectBroker(options.url, options.credentials, 'sweep');
        if (!connected.ok) return connected;
        broker = connected.value;
      }
      return await new RemoteRun(broker, recordings, options, jobs, run).run();
    },
    close: async () => {
      await broker?.connection.close();
    },
  };
}

/** One batch of jobs on its way. Whatever the broker or a worker loses on the way is noticed here and sent again. */
class RemoteRun {
  private readonly broker: Broker;
  private readonly recordings: Recordings;
  private readonly options: RemoteOptions;
  private readonly runOptions: RunOptions;
  private readonly waiting: Map<string, NamedJob>;
  private readonly build: string;
  /** Failures from before this run, by when they were stored: they are no answer to it. */
  private readonly oldFailures = new Map<string, number>();
  private isAsked = false;
  private nextSeq = 1;
  private consumer: Consumer | null = null;
  private absentSinceMs: number | null = null;
  private idleLooks = 0;
  private republished = 0;
  private strangerLooks = 0;
  private strangers: readonly string[] = [];
  private readonly told = new Set<string>();

  constructor(
    broker: Broker,
    recordings: Recordings,
    options: RemoteOptions,
    jobs: readonly NamedJob[],
    run: RunOptions,
  ) {
    this.broker = broker;
    this.recordings = recordings;
    this.options = options;
    this.runOptions = run;
    this.waiting = new Map(jobs.map((job) => [job.jobId, job]));
    const [first] = jobs;
    assert(first !== undefined, 'a run has jobs');
    this.build = first.job.build;
  }

  async run(): Promise<Result<null, ExecutorProblem>> {
    const prepared = await this.patiently(async () => {
      const { ackWaitMs = limits.sweepAckWaitMs } = this.options;
      await ensureConsumer(this.broker, this.build, ackWaitMs);
      for (const hash of new Set([...this.waiting.values()].map(({ job }) => job.recording))) {
        const content = this.recordings.get(hash);
        assert(content !== undefined, `no recording ${hash} in this sweep`);
        await upload(this.broker.recordings, content);
      }
    });
    if (prepared !== null) return err(prepared);
    // What is there already is taken before anything is asked for.
    const read = await this.read({ untilDry: true });
    if (read !== null) return err(read);
    this.isAsked = true;
    const published = await this.publish('');
    if (published !== null) return err(published);
    const waited = await this.read({ untilDry: false });
    return waited === null ? ok(null) : err(waited);
  }

  private async publish(round: string): Promise<ExecutorProblem | null> {
    for (const { jobId, job } of this.waiting.values()) {
      const problem = await this.patiently(() =>
        this.broker.stream.publish(jobSubject(job.build, jobId), JSON.stringify(job), {
          msgID: `${jobId}${round}`,
        }),
      );
      if (problem !== null) return problem;
    }
    return null;
  }

  /** Takes results in until none is missing, or (`untilDry`) until there are no more for now. */
  private async read({
    untilDry,
  }: {
    readonly untilDry: boolean;
  }): Promise<ExecutorProblem | null> {
    while (this.waiting.size > 0) {
      const missing = this.waiting.size;
      let got = 0;
      const problem = await this.patiently(async () => {
        got = await this.takeBatch(untilDry);
      });
      if (problem !== null) return problem;
      if (this.waiting.size < missing) this.idleLooks = 0;
      if (got > 0) continue;
      if (untilDry) return null;
      const stuck = await this.patiently(() => this.lookAround());
      if (stuck !== null) return stuck;
      if (this.strangerLooks >= limits.sweepStrangersOnlyMax) return this.mismatch();
    }
    return null;
  }

  /** Takes in what is there, waiting a moment for the first of it unless nothing is expected; how many came. */
  private async takeBatch(untilDry: boolean): Promise<number> {
    let got = 0;
    try {
      if (this.consumer === null) {
        const { name, num_pending } = await this.newConsumer();
        this.consumer = await this.broker.stream.consumers.get(resultsStream, name);
        if (untilDry && num_pending === 0) return 0;
      }
      const batch = await this.consumer.fetch({
        max_messages: limits.sweepResultsPerRead,
        expires: limits.sweepPresenceMs,
      });
      for await (const message of batch) {
        got += 1;
        this.nextSeq = message.seq + 1;
        this.take(message.subject, message.info.timestampNanos, message.string());
        if (this.waiting.size === 0 || message.info.pending === 0) break;
      }
      return got;
    } catch (error) {
      this.readAnew();
      throw error;
    }
  }

  /** Reads results from where we are; gone by itself soon after we are. */
  private newConsumer(): Promise<ConsumerInfo> {
    return this.broker.manager.consumers.add(resultsStream, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.nextSeq,
      inactive_threshold: nanos(60_000),
      mem_storage: true,
    });
  }

  /** A broker that crashed may have lost its last messages, and numbers the next ones like them: nothing is skipped. */
  private readAnew(): void {
    this.consumer = null;
    this.nextSeq = 1;
  }

  private take(subject: string, storedAt: number, text: string): void {
    const jobId = subject.slice(resultSubject('').length);
    if (!this.waiting.has(jobId)) return;
    const outcome = outcomeFrom(text);
    if (outcome === null) return;
    if (!outcome.ok && !this.isAsked) this.oldFailures.set(jobId, storedAt);
    if (!outcome.ok && this.oldFailures.get(jobId) === storedAt) return;
    this.waiting.delete(jobId);
    this.runOptions.onOutcome(jobId, outcome);
  }

  /** Nothing came: is anybody working, and does the broker still have our jobs? */
  private async lookAround(): Promise<void> {
    const { manager } = this.broker;
    const { num_pending, num_ack_pending } = await manager.consumers.info(
      jobsStream,
      consumerOf(this.build),
    );
    this.idleLooks = num_pending === 0 && num_ack_pending === 0 ? this.idleLooks + 1 : 0;
    // Once more from the beginning, before anything is asked for again.
    if (this.idleLooks === 2) return this.readAnew();
    if (this.idleLooks > 2) {
      this.idleLooks = 0;
      this.republished += 1;
      if (this.republished > limits.sweepRepublishedMax) return this.giveUp();
      await this.publish(`.${this.options.clock.realNow()}`);
      return;
    }
    await this.callWorkers();
  }

  /** Whether anybody of our build is there. A worker that died holding a job looks like a busy one to the broker. */
  private async callWorkers(): Promise<void> {
    const { connection } = this.broker;
    const answers = await connection.requestMany(presenceSubject, this.build, {
      maxWait: limits.sweepPresenceMs,
    });
    const others: string[] = [];
    let own = 0;
    for await (const answer of answers) {
      const presence = presenceFrom(answer.string());
      if (presence === null) continue;
      if (presence.build === this.build) own += 1;
      else others.push(`${presence.name} has ${presence.build}`);
    }
    this.strangers = others;
    this.strangerLooks = own === 0 && others.length > 0 ? this.strangerLooks + 1 : 0;
    if (own === 0 && others.length === 0)
      this.sayOnce(
        'no worker answers yet; start one: node dist/main.js worker --remote <the same url>',
      );
    for (const other of own > 0 ? others : [])
      this.sayOnce(`a worker is left out: ${other}, this sweep ${this.build}`);
  }

  private mismatch(): ExecutorProblem {
    return {
      code: 'build_mismatch',
      detail: `no worker has this sweep's build ${this.build}: ${this.strangers.join(', ')}; build the same commit on both sides`,
    };
  }

  private giveUp(): void {
    for (const jobId of this.waiting.keys()) {
      this.waiting.delete(jobId);
      const detail = `handed out ${limits.sweepRepublishedMax + 1} times, and no result came back`;
      this.runOptions.onOutcome(jobId, { ok: false, failure: { code: 'result_lost', detail } });
    }
  }

  private sayOnce(text: string): void {
    if (this.told.has(text)) return;
    this.told.add(text);
    this.options.say(text);
  }

  /** Does it again while the broker is away, up to a bound; null when it was done. */
  private async patiently(act: () => Promise<unknown>): Promise<ExecutorProblem | null> {
    const { clock } = this.options;
    for (;;) {
      if (this.runOptions.signal.aborted)
        return {
          code: 'sweep_interrupted',
          detail: 'what has ended is kept; run it again to go on',
        };
      try {
        await act();
        this.absentSinceMs = null;
        return null;
      } catch (error) {
        const nowMs = clock.monotonicMs();
        this.absentSinceMs ??= nowMs;
        this.sayOnce('the broker does not answer; waiting for it');
        if (nowMs - this.absentSinceMs > limits.sweepBrokerAbsentMsMax)
          return { code: 'broker_unreachable', detail: messageOf(error) };
        await pause(clock, limits.sweepBrokerRetryMs);
      }
    }
  }
}

import { AckPolicy, type Consumer, DeliverPolicy } from '@nats-io/jetstream';
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
  /** Failures from before this run are no answer to it. */
  private oldSeq = 0;
  private nextSeq = 1;
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
      await ensureConsumer(this.broker, this.build);
      const { state } = await this.broker.manager.streams.info(resultsStream);
      this.oldSeq = state.last_seq;
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
    const published = await this.publish('');
    if (published !== null) return err(published);
    const waited = await this.read({ untilDry: false });
    return waited === null ? ok(null) : err(waited);
  }

  private async publish(round: string): Promise<ExecutorProblem | null> {
    for (const { jobId, job } of [...this.waiting.values()]) {
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
    let consumer: Consumer | null = null;
    while (this.waiting.size > 0) {
      let got = 0;
      const problem = await this.patiently(async () => {
        try {
          consumer ??= await this.consumer();
          const batch = await consumer.fetch({
            max_messages: 1_000,
            expires: untilDry ? 1_000 : limits.sweepPresenceMs,
          });
          for await (const message of batch) {
            got += 1;
            this.nextSeq = message.seq + 1;
            this.take(message.subject, message.seq, message.string());
            if (this.waiting.size === 0 || message.info.pending === 0) break;
          }
        } catch (error) {
          // It died with the broker's memory: the next one begins where this one was.
          consumer = null;
          throw error;
        }
      });
      if (problem !== null) return problem;
      if (got > 0) this.idleLooks = 0;
      else if (untilDry) return null;
      else {
        const stuck = await this.patiently(() => this.lookAround());
        if (stuck !== null) return stuck;
        if (this.strangerLooks >= 2) return this.mismatch();
      }
    }
    return null;
  }

  /** Reads results from where we are; gone by itself soon after we are. */
  private async consumer(): Promise<Consumer> {
    const { name } = await this.broker.manager.consumers.add(resultsStream, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.nextSeq,
      inactive_threshold: nanos(60_000),
      mem_storage: true,
    });
    return await this.broker.stream.consumers.get(resultsStream, name);
  }

  private take(subject: string, seq: number, text: string): void {
    const jobId = subject.slice(resultSubject('').length);
    if (!this.waiting.has(jobId)) return;
    const outcome = outcomeFrom(text);
    if (outcome === null || (!outcome.ok && seq <= this.oldSeq)) return;
    this.waiting.delete(jobId);
    this.runOptions.onOutcome(jobId, outcome);
  }

  /** Nothing came: is anybody working, and does the broker still have our jobs? */
  private async lookAround(): Promise<void> {
    const { manager, connection } = this.broker;
    const { num_pending, num_ack_pending } = await manager.consumers.info(
      jobsStream,
      consumerOf(this.build),
    );
    this.idleLooks = num_pending === 0 && num_ack_pending === 0 ? this.idleLooks + 1 : 0;
    if (this.idleLooks >= 2) {
      this.idleLooks = 0;
      this.republished += 1;
      if (this.republished > limits.sweepRepublishedMax) return this.giveUp();
      await this.publish(`.${this.options.clock.realNow()}`);
      return;
    }
    if (num_ack_pending > 0) {
      this.strangerLooks = 0;
      return;
    }
    const answers = await connection.requestMany(presenceSubject, this.build, { maxWait: 500 });
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
    for (const jobId of [...this.waiting.keys()]) {
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

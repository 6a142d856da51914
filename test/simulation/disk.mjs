// The ledger on a simulated disk: what was appended, what is durable, what a crash leaves. Records are written in groups,
// one commit after the other, as the LMDB ledger does; those of one step are in one commit.

export class Disk {
  /** Everything that a restart would find if the machine went down now, and what was appended behind it. */
  records = [];
  durableSeq = 0;
  isDead = false;
  #ports;
  #generation = 0;
  #isCommitting = false;
  #waiters = [];
  /** Lengths at which a step of the engine ended. */
  #steps = [];

  /** `later(ms, act)`; `commitMs()` a commit's length, or null: it fails, and with it the ledger. */
  constructor(ports) {
    this.#ports = ports;
  }

  append(records) {
    if (this.isDead) return;
    this.records.push(...records);
    this.#steps.push(this.records.length);
    this.#commit();
  }

  /** Steps that a crash may or may not leave. */
  get unacknowledged() {
    return this.#steps.filter((length) => length > this.durableSeq).length;
  }

  /** Calls back with null once every record up to `seq` is durable, or with why it never will be. */
  flush(seq, done) {
    // Never within the call: it may come out of a timer of the engine's.
    if (this.isDead) this.#ports.later(0, () => done('a commit failed'));
    else if (seq <= this.durableSeq) done(null);
    else {
      this.#waiters.push({ seq, done });
      this.#commit();
    }
  }

  #commit() {
    if (this.#isCommitting || this.records.length <= this.durableSeq) return;
    this.#isCommitting = true;
    const upTo = this.records.length;
    const generation = this.#generation;
    const ms = this.#ports.commitMs();
    this.#ports.later(ms ?? 2, () => {
      if (generation !== this.#generation) return;
      this.#isCommitting = false;
      if (ms === null) {
        this.isDead = true;
        this.records.length = this.durableSeq;
        this.#steps = [];
        for (const { done } of this.#waiters.splice(0)) done('a commit failed');
        return;
      }
      this.durableSeq = upTo;
      const due = this.#waiters.filter(({ seq }) => seq <= upTo);
      this.#waiters = this.#waiters.filter(({ seq }) => seq > upTo);
      for (const { done } of due) done(null);
      this.#commit();
    });
  }

  /** The process is gone. Of what was not acknowledged the first `kept` steps may be there all the same. */
  crash(kept) {
    const tail = this.#steps.filter((length) => length > this.durableSeq).slice(0, kept);
    this.#generation += 1;
    this.#isCommitting = false;
    this.#waiters = [];
    this.isDead = false;
    this.records.length = tail.at(-1) ?? this.durableSeq;
    this.#steps = [];
    this.durableSeq = this.records.length;
  }
}

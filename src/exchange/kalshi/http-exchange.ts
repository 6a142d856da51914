import { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { limits } from '../../limits.js';
import type { FailureCode, Outcome } from '../../messages/effect.js';
import { excerpt } from './problem.js';

export type Answer = {
  readonly kind: 'answer';
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
};
export type Failed = Outcome & { readonly kind: 'failed' };

export const failed = (code: FailureCode, sent: boolean, detail: string): Failed => ({
  kind: 'failed',
  code,
  sent,
  detail,
});

const stopped = new Error('stopped');

/** One request on the wire: collects its answer under the byte cap and settles exactly once. */
export class Exchange implements Dispatcher.DispatchHandler {
  private readonly settle: (result: Answer | Failed) => void;
  private readonly isTooLate: () => boolean;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private status = 0;
  private headers: IncomingHttpHeaders = {};
  private controller: Dispatcher.DispatchController | null = null;
  private isSent = false;
  private isSettled = false;

  /** `isTooLate`: asked once, just before the first byte would leave. */
  constructor(settle: (result: Answer | Failed) => void, isTooLate: () => boolean) {
    this.settle = settle;
    this.isTooLate = isTooLate;
  }

  /** From outside: the deadline, or nobody wants the answer any more. */
  stop(code: FailureCode, detail: string): void {
    this.finish(failed(code, this.isSent, detail));
    this.controller?.abort(stopped);
  }

  /** Stops it unless it has started. */
  takeBack(): void {
    if (!this.isSent) this.stop('aborted', 'taken back before it was sent');
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Called before the first byte is written: aborting here keeps a request that was given up from leaving at all.
    if (!this.isSettled && this.isTooLate())
      this.stop('aborted', 'what it was decided on is too old by now');
    if (this.isSettled) controller.abort(stopped);
    else {
      this.controller = controller;
      this.isSent = true;
    }
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    if (status >= 300 && status < 400) this.stop('redirect', `HTTP ${status} is not followed`);
    else if (Number(headers['content-length'] ?? 0) > limits.restBodyBytesMax) this.tooLarge();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > limits.restBodyBytesMax) this.tooLarge();
    else if (!this.isSettled) this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.chunks, this.bytes).toString('utf8');
    this.finish({ kind: 'answer', status: this.status, body, headers: this.headers });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const code = (error as { readonly code?: unknown }).code;
    const name = typeof code === 'string' ? code : error.name;
    const isClosed = name === 'UND_ERR_CLOSED' || name === 'UND_ERR_DESTROYED';
    const detail = `${name}: ${excerpt(error.message)}`;
    this.finish(failed(isClosed ? 'aborted' : 'network', this.isSent, detail));
  }

  private tooLarge(): void {
    this.stop('too_large', `body over ${limits.restBodyBytesMax} bytes`);
  }

  private finish(result: Answer | Failed): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.settle(result);
  }
}

import { err, ok, type Result } from '../../domain/result.js';
import type { DecodeProblem } from '../venue.js';
import { isId } from './fields.js';
import type { Wire } from './frames.js';
import { isObject, parseJson, problem } from './problem.js';

/** What every message of the feed carries around its `msg`. Absent or unusable numbers are null. */
export type Envelope = {
  readonly type: string;
  /** The command it answers. */
  readonly id: number | null;
  readonly sid: number | null;
  readonly seq: number | null;
  readonly sendingMs: unknown;
  readonly msg: Wire;
  /** The market it is about, when it says so. */
  readonly market: string | null;
};

const counter = (raw: unknown): number | null =>
  typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= 1 ? raw : null;

const none: Wire = {};

export function envelopeOf(text: string): Result<Envelope, DecodeProblem> {
  const json = parseJson(text);
  if (!json.ok) return json;
  const wire = json.value;
  if (!isObject(wire) || typeof wire['type'] !== 'string')
    return err(problem('unknown_shape', 'type', text));
  const msg = isObject(wire['msg']) ? wire['msg'] : none;
  const market = msg['market_ticker'] ?? msg['ticker'];
  return ok({
    type: wire['type'],
    id: counter(wire['id']),
    sid: counter(wire['sid']),
    seq: counter(wire['seq']),
    sendingMs: wire['sending_ts_ms'],
    msg,
    market: isId(market) ? market : null,
  });
}

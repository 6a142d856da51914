import { computed } from '@preact/signals';
import type { Header } from '../../messages/dashboard.js';
import { agesOf, troubleOf } from '../ages.js';
import { now } from '../clock.js';
import { age, count, moment, unknown } from '../format.js';
import { isHelpOpen } from '../keys.js';
import { hasEnded, isHeld, modeOf, stateText } from '../mode.js';
import {
  type Age,
  header,
  headerAt,
  heardAt,
  marketNow,
  replay,
  silentSince,
  stream,
  tiles,
} from '../store.js';
import { command } from '../terminal.js';
import { toggleTheme } from '../theme.js';
import { askedLine, Controls } from './controls.js';

/** Since when what is shown is old, real ms; null: it is not. */
export const oldSince = computed(() =>
  stream.value.kind === 'lost'
    ? stream.value.since
    : silentSince(header.value, heardAt.value, now.value),
);

/** Market time now, for countdowns. */
export const marketTime = computed(() =>
  marketNow(header.value, headerAt.value, now.value, oldSince.value),
);

export function Top() {
  const head = header.value;
  return (
    <header class="top">
      <div class="top-row">
        <h1>EventTradingBot</h1>
        {head === undefined ? null : <Identity head={head} />}
        <Controls />
        <div class="tools">
          {head?.source === 'live' ? (
            <a class="button" href="/control">
              Settings
            </a>
          ) : null}
          <button type="button" title="Light or dark (t)" onClick={toggleTheme}>
            Theme
          </button>
          <button
            type="button"
            title="Keys (?)"
            aria-label="Keys"
            onClick={() => {
              isHelpOpen.value = true;
            }}
          >
            ?
          </button>
        </div>
      </div>
      {head === undefined ? null : <Vitals head={head} />}
      <Notices />
    </header>
  );
}

function Identity({ head }: { readonly head: Header }) {
  const mode = modeOf(head);
  const isOld = oldSince.value !== null;
  const trouble = isOld ? null : troubleOf(head, headerAt.value, now.value);
  const isWell = head.state === 'running' && !isOld && trouble === null;
  const isCalm = isWell || head.source === 'finished';
  return (
    <p class="identity">
      <strong class={`pill ${mode.tone}`}>{mode.text}</strong>
      <span class={`state${isCalm ? '' : ' is-held'}`}>
        {stateText(head, isOld, replay.value)}
        {trouble === null ? null : `, ${trouble}`}
      </span>
    </p>
  );
}

function Vitals({ head }: { readonly head: Header }) {
  return (
    <dl class="vitals">
      <Vital name="page">
        <Link />
      </Vital>
      {head.source === 'finished' ? null : <Ages head={head} />}
      <Vital name="window">
        {count(head.cycle)}
        {head.windowEndsAt === null || hasEnded(head)
          ? null
          : `, ends in ${age(Math.max(0, head.windowEndsAt - (marketTime.value ?? head.at)))}`}
      </Vital>
      <Vital name="market time" title="Times on this page are in this zone, in the terminal in UTC">
        {moment(marketTime.value)}
        {head.speed === 1 || head.source !== 'live' ? null : ` ×${head.speed}`}
      </Vital>
      {head.settingsRevision === '' ? null : (
        <Vital name="settings">
          <code>{head.settingsRevision}</code>
          {head.settingsChanges === 0 ? null : `, changed ${count(head.settingsChanges)}×`}
        </Vital>
      )}
      <Vital name="ledger">{head.account}</Vital>
      <Vital name="version">{head.version}</Vital>
    </dl>
  );
}

/** How old what the engine goes by is. */
function Ages({ head }: { readonly head: Header }) {
  const { feed, scan, account } = agesOf(head, headerAt.value, now.value);
  return (
    <>
      <AgeOf
        name="feed"
        age={feed}
        none={head.feedState === 'none' ? 'no feed' : unknown}
        isDown={head.feedState === 'down'}
      />
      <AgeOf name="scan" age={scan} none={unknown} isDown={false} />
      <AgeOf name="account" age={account} none={unknown} isDown={false} />
      <Vital name="gaps">{count(head.gaps)}</Vital>
    </>
  );
}

type VitalProps = {
  readonly name: string;
  readonly title?: string;
  readonly isBad?: boolean;
  readonly children: preact.ComponentChildren;
};
const Vital = ({ name, title, isBad = false, children }: VitalProps) => (
  <div class={isBad ? 'is-bad' : undefined} title={title}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

type AgeProps = {
  readonly name: string;
  readonly age: Age;
  readonly none: string;
  readonly isDown: boolean;
};
const AgeOf = ({ name, age: { ms, isStale }, none, isDown }: AgeProps) => (
  <Vital name={name} isBad={isStale || isDown}>
    {ms === null ? none : age(ms)}
    {isDown ? ' down' : isStale ? ' stale' : ''}
  </Vital>
);

/** The page's own connection. */
function Link() {
  const { kind } = stream.value;
  if (kind === 'open') return <span>connected</span>;
  return <span class="bad">{kind === 'lost' ? 'disconnected' : kind}</span>;
}

/** What a person has to know before anything else on the page. */
function Notices() {
  const head = header.value;
  const since = oldSince.value;
  return (
    <div class="notices" role="status">
      {head !== undefined && hasEnded(head) ? (
        <p class="notice">
          The run has ended: nothing is sent or watched any more. What it holds stays held.
        </p>
      ) : since === null ? null : (
        <Silence since={since} isLive={head === undefined || head.source === 'live'} />
      )}
      {askedLine.value === null ? null : <p class="notice">{askedLine.value}</p>}
      {tiles.value !== undefined && tiles.value.unknownOrders > 0 ? (
        <p class="notice bad">
          {count(tiles.value.unknownOrders)} UNKNOWN: what became of an order is not known. Its
          market is frozen and counts as fully filled until the exchange has said so; it is never
          sent again.
        </p>
      ) : null}
      {head !== undefined && head.source === 'live' && isHeld(head) ? <Holds head={head} /> : null}
    </div>
  );
}

/** `isLive`: of an engine, which may go on without being heard. */
function Silence({ since, isLive }: { readonly since: number; readonly isLive: boolean }) {
  if (!isLive) return <p class="notice">This page is served no more: it stays as it is below.</p>;
  return (
    <p class="notice bad">
      Nothing heard for {age(now.value - since)}: what is below is as of {moment(since)}. Trading
      may go on; look with <code>{command('status')}</code>.
    </p>
  );
}

function Holds({ head }: { readonly head: Header }) {
  return (
    <div class="notice warn">
      {head.holds.map(({ cause, level, why }) => (
        <p key={`${cause}${level}`}>
          <strong>{level}</strong> by {cause}
          {why === '' ? null : `: ${why}`}
        </p>
      ))}
      <p>
        It stays so, through a restart too, until it is lifted from the terminal:{' '}
        <code>{command('resume')}</code>
      </p>
    </div>
  );
}

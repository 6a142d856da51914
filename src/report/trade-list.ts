import { priceMax } from '../domain/units.js';
import type { Figures } from './figures.js';
import * as as from './format.js';
import { type Html, html } from './html.js';
import { section, toned } from './table.js';
import type { ClosedTrade, Reason } from './trades.js';

/** Of one trade; more repeat themselves. */
const reasonsShown = 3;

function why(reason: Reason, zone: string): Html {
  const { side, at, limit, contracts, fair, edge, model, word, mid, kelly, fraction } = reason;
  const parts = [
    `${side.toUpperCase()} ${as.contracts(contracts)} up to ${as.priceCents(limit)}`,
    word === null
      ? 'no model’s own word'
      : `${as.words(model ?? 'model')} said ${as.percent(word)}`,
    mid === null ? 'mid unknown' : `market ${as.percent(mid)}`,
    `fair ${as.percent(fair)}`,
    `edge ${as.cents(edge * 100)} net of fees`,
    kelly === null ? 'Kelly unknown' : `Kelly ${as.percent(kelly)}`,
    fraction === null || fraction === 0
      ? 'share after caps unknown'
      : `${as.percent(fraction, 2)} of the bankroll after caps`,
    as.words(reason.why),
  ];
  return html`<p class="why">${as.moment(at, zone)} · ${parts.join(' · ')}</p>`;
}

function tradeOf(trade: ClosedTrade, zone: string): Html {
  const { ticker, vertical, contracts, costMicros, feesMicros, profitMicros, yesValue } = trade;
  const held = `${contracts < 0 ? 'NO' : 'YES'} ${as.contracts(Math.abs(contracts))}`;
  const outcome =
    yesValue === priceMax
      ? 'settled YES'
      : yesValue === 0
        ? 'settled NO'
        : `settled at ${as.priceCents(yesValue / priceMax)}`;
  const more = trade.reasons.length - reasonsShown;
  return html`<div class="trade"><p class="head"><span>${ticker}</span>${toned(profitMicros, as.gain(profitMicros))}</p>
<p>${vertical} · held ${held} for ${as.dollars(costMicros)} and ${as.dollars(feesMicros)} fees · ${outcome} ${as.moment(trade.closedAt, zone)}, ${as.duration(trade.closedAt - trade.boughtAt)} after the first fill</p>
${trade.reasons.slice(0, reasonsShown).map((reason) => why(reason, zone))}${more > 0 ? html`<p class="why">and ${more} more orders</p>` : ''}</div>`;
}

export function winsAndLosses({ trades, zone }: Figures): Html {
  const list = (title: string, of: readonly ClosedTrade[], none: string): Html =>
    section(title, of.length === 0 ? none : '', html`${of.map((trade) => tradeOf(trade, zone))}`);
  return html`${list('Largest wins', trades.wins, 'None yet.')}${list('Largest losses', trades.losses, 'None yet.')}`;
}

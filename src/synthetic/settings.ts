import type { Flags } from '../config/layers.js';

const root = 'http://127.0.0.1:1';
const evidence = `${root}/evidence`;

/** Settings that point at a venue and at sources that are not there: nobody opens a socket. */
export const venueFlags = (originMs: number, speed: number): Flags => ({
  kalshiApiBaseUrl: root,
  kalshiWsUrl: 'ws://127.0.0.1:1/trade-api/ws/v2',
  clock: JSON.stringify({ realOriginMs: originMs, marketOriginMs: originMs, speed }),
  noaaBaseUrl: `${evidence}/noaa`,
  coinbaseBaseUrl: `${evidence}/spot`,
  krakenBaseUrl: `${evidence}/spot`,
  blockchainBaseUrl: `${evidence}/onchain`,
  mempoolBaseUrl: `${evidence}/onchain`,
  cryptoSentimentApiUrl: `${evidence}/sentiment/fng/`,
  sportsInjuryApiUrl: `${evidence}/injuries/injuries`,
  exchangeBackend: 'paper_sim',
  executionMode: 'live',
  allowHeuristicInLive: 'true',
});

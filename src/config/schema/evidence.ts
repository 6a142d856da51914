import { parseEvidenceAddress } from '../addresses.js';
import { optionalText, text, whole } from './kinds.js';
import { decoded, refused } from './setting.js';

const feed = {
  allowed: 'an https:// address without user name, or http:// on loopback',
  check: (value: string) => {
    const address = parseEvidenceAddress(value);
    return address.ok ? decoded(address.value) : refused();
  },
};

const isPoint = (value: string): boolean => {
  const match = /^(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?)$/.exec(value);
  return match !== null && Math.abs(Number(match[1])) <= 90 && Math.abs(Number(match[2])) <= 180;
};

/** Where evidence about the world comes from. */
export const evidence = {
  enrichmentMarkets: whole(
    {
      env: 'BOT_ENRICHMENT_MARKETS',
      unit: 'markets',
      default: '25',
      description: 'Markets for which evidence is fetched in a cycle.',
      hot: true,
      built: true,
    },
    { min: '0', max: '10000' },
  ),
  noaaBaseUrl: text(
    {
      env: 'BOT_NOAA_BASE_URL',
      unit: '',
      default: 'https://api.weather.gov',
      description:
        'Weather service: forecasts, observations, climate reports. On a simulator only a loopback address is asked.',
      hot: false,
      built: true,
    },
    feed,
  ),
  coinbaseBaseUrl: text(
    {
      env: 'BOT_COINBASE_BASE_URL',
      unit: '',
      default: 'https://api.exchange.coinbase.com',
      description:
        'Coin prices: tickers and candles in the shape of Coinbase Exchange. On a simulator only a loopback address is asked.',
      hot: false,
      built: true,
    },
    feed,
  ),
  krakenBaseUrl: text(
    {
      env: 'BOT_KRAKEN_BASE_URL',
      unit: '',
      default: 'https://api.kraken.com',
      description:
        'Coin prices: tickers in the shape of Kraken. On a simulator only a loopback address is asked.',
      hot: false,
      built: true,
    },
    feed,
  ),
  blockchainBaseUrl: text(
    {
      env: 'BOT_BLOCKCHAIN_BASE_URL',
      unit: '',
      default: 'https://api.blockchain.info',
      description:
        'On-chain figures, recorded as features. On a simulator only a loopback address is asked.',
      hot: false,
      built: true,
    },
    feed,
  ),
  mempoolBaseUrl: text(
    {
      env: 'BOT_MEMPOOL_BASE_URL',
      unit: '',
      default: 'https://mempool.space',
      description:
        'Fees of waiting transactions, recorded as features. On a simulator only a loopback address is asked.',
      hot: false,
      built: true,
    },
    feed,
  ),
  noaaPoint: text(
    {
      env: 'NOAA_POINT',
      unit: 'latitude,longitude',
      default: '39.7456,-97.0892',
      description: 'Forecast point for weather markets whose station is not known.',
      hot: true,
      built: false,
    },
    {
      allowed: 'latitude,longitude in decimal degrees, e.g. 39.7456,-97.0892',
      check: (value) => (isPoint(value) ? decoded(value) : refused()),
    },
  ),
  sportsInjuryApiUrl: optionalText(
    {
      env: 'SPORTS_INJURY_API_URL',
      unit: '',
      default: '',
      description: 'Injury feed; without it sports markets have no evidence.',
      hot: false,
      built: false,
    },
    feed,
  ),
  cryptoSentimentApiUrl: optionalText(
    {
      env: 'CRYPTO_SENTIMENT_API_URL',
      unit: '',
      default: 'https://api.alternative.me/fng/',
      description: 'Sentiment feed in the shape of the Fear & Greed index.',
      hot: false,
      built: true,
    },
    feed,
  ),
};

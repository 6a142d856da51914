import { parseEvidenceAddress } from '../addresses.js';
import { optionalText, text, whole } from './kinds.js';
import { reactions } from './reactions.js';
import { decoded, refused } from './setting.js';

const feed = {
  allowed: 'an https:// address without user name, or http:// on loopback',
  check: (value: string) => {
    const address = parseEvidenceAddress(value);
    return address.ok ? decoded(address.value) : refused();
  },
  pattern: 'https?://.+',
};

const isPoint = (value: string): boolean => {
  const match = /^(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?)$/.exec(value);
  return match !== null && Math.abs(Number(match[1])) <= 90 && Math.abs(Number(match[2])) <= 180;
};

/** Set for every request already, or part of how HTTP frames it. */
const takenHeaders =
  /^(?:accept.*|connection|content-.*|expect|host|if-.*|keep-alive|te|trailer|transfer-encoding|upgrade|user-agent)$/i;
const header = {
  allowed: 'the name of a header that requests do not have yet',
  check: (value: string) =>
    /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(value) && !takenHeaders.test(value)
      ? decoded(value)
      : refused(),
};
const scheme = {
  allowed: 'a word such as Bearer',
  check: (value: string) =>
    /^[A-Za-z][A-Za-z0-9-]{0,31}$/.test(value) ? decoded(value) : refused(),
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
    },
    feed,
  ),
  nbmBaseUrl: optionalText(
    {
      env: 'BOT_NBM_BASE_URL',
      unit: '',
      default: 'https://mesonet.agron.iastate.edu',
      description:
        'Bulletins of the National Blend of Models, whose own spread tells how sure a forecast is; empty: a table of errors by lead time says so. On a simulator only a loopback address is asked.',
      hot: false,
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
    },
    feed,
  ),
  noaaPoint: text(
    {
      env: 'NOAA_POINT',
      unit: 'latitude,longitude',
      default: '39.7456,-97.0892',
      description:
        'Forecast point for weather markets whose rules name no station that is known. Its word weighs next to nothing.',
      hot: false,
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
      description:
        'Injury feed; without it sports markets have no evidence. {league} and {sport} stand for nfl and football. The address is recorded: a key belongs in SPORTS_INJURY_API_KEY. On a simulator only a loopback address is asked.',
      hot: false,
    },
    feed,
  ),
  sportsInjuryKeyHeader: text(
    {
      env: 'BOT_SPORTS_INJURY_KEY_HEADER',
      unit: '',
      default: 'Authorization',
      description: 'Header in which the injury feed takes SPORTS_INJURY_API_KEY.',
      hot: false,
    },
    header,
  ),
  sportsInjuryKeyScheme: optionalText(
    {
      env: 'BOT_SPORTS_INJURY_KEY_SCHEME',
      unit: '',
      default: '',
      description: 'Word before the key in that header; empty: the key alone.',
      hot: false,
    },
    scheme,
  ),
  sportsReactions: reactions({
    env: 'BOT_SPORTS_REACTIONS',
    unit: 'log-odds/s/share',
    default: '',
    description:
      'How prices answer to injury news, as you measured it: by league and position the shift in log-odds of a win when a player who would not play will, the half-life of that answer, and the error of the shift as a share of it (0.5 if left out), e.g. NFL:QB=0.9/120/0.4,NFL=0.2/90. Empty: sports news moves no opinion.',
    hot: false,
  }),
  cryptoSentimentApiUrl: optionalText(
    {
      env: 'CRYPTO_SENTIMENT_API_URL',
      unit: '',
      default: 'https://api.alternative.me/fng/',
      description: 'Sentiment feed in the shape of the Fear & Greed index.',
      hot: false,
    },
    feed,
  ),
};

import { assert } from './domain/assert.js';

/**
 * Every bound on a queue, buffer, retry or age, unit in its name. Durations are real milliseconds; what runs on market
 * time multiplies them by the clock's speed at the door.
 */
export const limits = {
  // Intake
  tickEveryMs: 1_000,
  intakeQueueMax: 100_000,
  timersAtOneInstantMax: 100_000,
  clockDriftMsMax: 1_000,
  clockWatchMs: 1_000,

  // Recorder
  recorderMemberBytes: 262_144,
  recorderMemberMs: 1_000,
  recorderWriteBytes: 65_536,
  recorderFlushMs: 100,
  recorderFoldsMax: 4,
  /** Of each stream. */
  recorderUnwrittenBytesMax: 67_108_864,
  /** A segment beyond it is not added to: its hour goes on in a next part. */
  recorderSegmentBytesMax: 268_435_456,
  /** How often recordings past what the settings keep are looked for. */
  recordingsWatchMs: 3_600_000,

  // Recording market data alone
  /** Markets named in one request of their listings. */
  recordTickersPerRequestMax: 100,
  /** So few are asked for their trades one by one; of more, the trades of all markets are read. */
  recordTradesByMarketMax: 10,
  /** What is asked again of trades, for those that were listed late. */
  recordTradesOverlapMs: 2_000,

  // The page
  pageClockMs: 500,
  /** A running engine says something at least this often; after that its numbers are shown as old. */
  pageSilentMs: 10_000,
  pageReconnectMs: 2_000,
  /** How long a button that stops trading is held. */
  pageHoldMs: 1_000,
  /** Rows kept of each table, whatever is sent; the oldest go. */
  pageRowsMax: 3_000,
  pageAskMsMax: 10_000,
  /** How often a chain that is still being written is asked for again. */
  pageChainAgainMs: 2_000,

  // Reading recordings and captures
  readBlockBytes: 262_144,
  readPackedBytes: 65_536,
  readLineBytesMax: 67_108_864,
  readProblemsKeptMax: 20,
  capturesOpenMax: 512,
  /** Of one decision that came out different. */
  fieldsShownMax: 20,
  /** Of bets that changed settings would have made otherwise. */
  changesShownMax: 30,
  /** Of one real timer of a replay that is held back to real time. */
  paceWaitMsMax: 3_600_000,

  // Decoded caches
  decodedBlockBytes: 1_048_576,
  /** A cache is given up before it is larger than this, or leaves the disk with less than that. */
  decodedBytesMax: 8 * 1_024 * 1_024 * 1_024,
  decodedFreeBytesMin: 1_024 * 1_024 * 1_024,
  decodedFreeCheckBytes: 64 * 1_024 * 1_024,
  /** Of raw captures in one folder; the newest stay. */
  decodedCapturesMax: 4,
  // Exports: rows of one table in memory; trades that are told apart by id
  parquetGroupRows: 50_000,
  exportTradeIdsMax: 100_000,

  // Imports
  /** Of captures: how often a market list is made of what was known. */
  importListEveryMs: 60_000,
  /** The same of history, whose lists are of many markets. */
  importHistoryListEveryMs: 300_000,
  /** Markets and candles of one recording made of history; trades of all its markets. */
  importMarketsMax: 5_000,
  importCandlesMax: 2_000_000,
  importTradesMax: 2_000_000,
  /** What the exchange allows in one request for candles. */
  importTickersPerRequestMax: 100,
  importCandlesPerRequestMax: 10_000,
  /** Candles of one market that are asked for, and held, at once. */
  importPeriodsPerSpanMax: 1_440,
  /** A candle's closing quote is believed for so long; then its book is unknown until the next one. */
  importQuoteMs: 15_000,
  /** Contracts that a closing quote is shown with: at the usual share of the depth, one may be ordered. */
  importQuoteContracts: 4,
  /** Lines written between pauses for the disk. */
  importLinesPerBreath: 2_000,

  // Chains: what decisions were made on, for people
  /** All files of one ledger together; the oldest windows go first. */
  chainBytesMax: 1_000_000_000,
  /** Of one file, unpacked: what a reader takes. */
  chainTextBytesMax: 67_108_864,
  /** How long entries are gathered before a batch is packed and written. */
  chainsGatherMs: 250,
  /** Gathered and not yet written; further ones are not kept. */
  chainEntriesWaitingMax: 256,
  /** Of them whole windows, which are what takes memory. */
  chainWindowsWaitingMax: 4,
  /** Questions to Claude that are out, and markets they were about. */
  chainCallsKeptMax: 2_000,
  chainCallsPerMarketMax: 8,
  /** At the end of a run: how long the last of them are waited for. */
  chainsSettleMsMax: 5_000,

  // Trust
  connectionAliveMsMax: 15_000,
  messageLagMsMax: 3_000,
  marketSilenceMsMax: 60_000,
  keylessBookAgeMsMax: 30_000,
  connectionSilenceCutMs: 25_000,

  // Market data
  tickersPerSubscriptionMax: 200,
  listingPagesMax: 100,
  listingPageSize: 1_000,
  shotLevelsMax: 64,
  /** Sizes this near the touch count as depth: two cents. */
  depthBandPrice: 200,
  staleSweepMs: 1_000,
  staleSweepsMin: 2,

  // Feed: real ms; the session multiplies by the speed
  feedAnswerMsMax: 5_000,
  feedBackoffMsMax: 60_000,
  feedHealthyMs: 30_000,
  feedCommandsPendingMax: 4_096,

  // Exchange over HTTP
  restConnectMsMax: 5_000,
  restReadDeadlineMs: 10_000,
  restWriteDeadlineMs: 5_000,
  /** From performing a create to its first byte: as old as a message of the feed may be that is still believed. */
  restCreateStartMsMax: 3_000,
  restReadAttemptsMax: 3,
  restBackoffMs: 250,
  restRetryAfterMsMax: 5_000,
  restBodyBytesMax: 33_554_432,
  restConnectionsMax: 8,
  restReadKeepAliveMs: 30_000,
  /** Short: an order written to a socket that the other end is just closing is an order nobody knows about. */
  restWriteKeepAliveMs: 8_000,
  restReadWaitMsMax: 15_000,
  restWriteWaitMsMax: 250,
  restMetadataInFlightMax: 4,
  restEventsPerRequestMax: 100,
  /** Tokens that scans leave for reconciling, and creates leave for cancels. */
  restReadReserveTokens: 60,
  restWriteReserveTokens: 10,
  /** The exchange's clock against ours: told from here on, and nothing is ordered from there on. */
  skewWarnMs: 1_000,
  skewOrdersMsMax: 5_000,
  skewReadingsMax: 5,
  /** Refusals in a row of a key that was taken before. */
  keyRefusalsMax: 3,
  restNoteEveryMs: 60_000,
  signatureAgeMsMax: 1_000,

  // Exchange over the socket
  socketFrameBytesMax: 16_777_216,
  socketHandshakeMsMax: 10_000,
  socketBackoffMs: 500,
  socketBackoffMsMax: 30_000,
  socketHealthyMs: 30_000,
  /** Dials that may fail before a single cycle gives the feed up. */
  firstDialsMax: 3,
  socketUnsentBytesMax: 4_194_304,

  // Scans
  scanAheadMs: 20_000,
  scanRetryMs: 10_000,
  scanRetriesMax: 3,
  metadataAgeMsMax: 21_600_000,
  lifecyclesKeptMax: 10_000,

  // Intents
  bookChecksInFlightMax: 4,
  /** So few at once that no order waits long behind them. */
  repriceEveryMs: 50,
  repricesPerSweepMax: 8,

  // Evidence
  evidenceConnectionsMax: 2,
  evidenceSweepMs: 2_000,
  evidenceRoundsMax: 4,
  evidenceQuestionsMax: 100,
  evidenceAsksInFlightMax: 4,
  evidenceDeadlineMs: 5_000,
  evidenceBytesMax: 2_097_152,
  evidencePauseMs: 1_000,
  evidenceRetryMs: 5_000,
  evidenceRetryMsMax: 15_000,
  evidenceCachedMax: 256,
  pastMidsPerMarketMax: 256,

  // Claude
  /** Over all attempts: the service may ask for any wait between them. */
  inferenceDeadlineMs: 60_000,
  inferenceRetriesMax: 2,
  /** Before a model is looked up again when the API could not be asked; doubles. */
  modelAgainAfterMs: 60_000,
  inferenceConnectMsMax: 10_000,
  inferenceConnectionsMax: 4,
  inferenceBytesMax: 2_097_152,
  inferenceQuestionsMax: 48,
  /** The questions of one request as sent; with all else it stays below 100,000 tokens, where prices rise. */
  inferencePromptBytesMax: 65_536,
  inferenceTokensBase: 4_000,
  inferenceTokensPerQuestion: 250,
  inferenceTokensMax: 16_000,
  questionTitleCharsMax: 200,
  questionRulesCharsMax: 4_000,
  questionNoteCharsMax: 280,
  questionNotesMax: 8,
  questionSourcesMax: 4,
  /** A longer text is not read at all. */
  questionRawCharsMax: 16_384,
  answerTextCharsMax: 200,
  inferencesInFlightMax: 4,
  /** How long an answer stands while the market's texts stay the same. */
  judgementAgeMsMax: 3_600_000,
  judgementsKeptMax: 5_000,

  // Valuation
  valuationDeadlineMs: 8_000,
  valuationsQueuedMax: 4,
  poolThreadsMax: 4,
  /** Fewer markets than this are not worth another thread's round trip. */
  valuationMarketsPerPartMin: 32,

  // Learning
  /** New outcomes after which the weights are learnt again before the day is over. */
  learnOutcomesMin: 500,
  /** The newest are learnt from. */
  learnSnapshotsMax: 50_000,
  /** Of the ledger's text, read in one go between other work. */
  learnReadBytesMax: 262_144,
  /** Markets that left the list without an outcome and are asked about after a scan. */
  outcomeAsksPerScanMax: 20,
  /** An age in a verdict's row; older is told as this. */
  verdictAgeMsMax: 86_400_000,

  // Paper venue: real ms from sending to meeting the book
  paperLatencyMsMin: 50,
  paperLatencyMsMax: 450,

  // Backtest: real ms where a recording does not say; a request there and back, a valuation
  backtestRequestMs: 50,
  backtestValueMs: 150,
  /** How long a question waits for an answer that the recorded run may just be getting. */
  backtestAnswerWaitMs: 2_000,
  backtestLatencySamplesMin: 20,
  backtestLatencySamplesMax: 1_000,
  backtestLatencyFramesEvery: 64,
  /** A trade and the shrinking of its level, told that near to each other, are one thing. */
  backtestSameTradeMs: 1_000,

  // Executor
  sweepMs: 1_000,
  drainMsMax: 10_000,
  fillsQueryAfterMs: 2_000,
  unknownQuarantineMs: 60_000,
  unknownMarkMsMax: 900_000,
  /** Runs that died within it are counted together. */
  crashWindowMs: 600_000,
  resendsOf429Max: 2,
  /** Doublings of a retry's first delay. */
  retryDoublingsMax: 5,
  cleanReadsMin: 2,
  /** A live account is read whole at least so often, and once after trading in it has been quiet for so long. */
  readingEveryMs: 7_200_000,
  readingQuietMs: 300_000,
  /** Between shards: less than a dollar stays where it is, and a shard is filled up once it lacks a quarter of its target. */
  transferMicrosMin: 1_000_000,
  transferShortShare: 0.25,
  /** From the end of one transfer to the next; doubles after one that came to nothing. */
  transferEveryMs: 60_000,
  /** One that takes longer is told. */
  transferSlowMs: 600_000,
  parkedFillsMax: 1_000,
  externalIdsMax: 10_000,
  /** What is paid in a market beyond is found by the next reading that comes anyway. */
  othersMarketsMax: 2_000,
  mailboxMax: 100_000,

  // Smoke test
  /** Its order lapses by itself after this, should nobody be there to cancel it. */
  smokeRestMs: 60_000,
  smokeLookMsMax: 10_000,
  smokeLookEveryMs: 250,
  smokeCancelsMax: 5,
  /** A market that closes sooner is not used. */
  smokeClosesMsMin: 600_000,

  // Control, seen from the command line
  /** An engine looks every half second and writes what came of it a quarter of a second later. */
  controlConfirmMsMax: 5_000,
  controlLookEveryMs: 50,

  // Log
  logFileBytesMax: 32 * 1_024 * 1_024,
  /** Full ones kept beside it. */
  logFilesKeptMax: 3,

  // Doctor
  /** Of one check, whatever it asks. */
  checkMsMax: 30_000,
  /** Longer than the exchange's pause between two pings. */
  probeDialMsMax: 15_000,
  /** For a first frame of each kind; a trade may not come in that time, which is said. */
  probeFramesMsMax: 3_000,
  portLookMsMax: 1_000,
  /** Settled events without which a paper record speaks neither for nor against. */
  paperEventsMin: 100,
  /** Markets that are listened to for them. */
  canaryMarketsMax: 100,
  /** Differences of one check that are told by name. */
  canaryLinesMax: 24,
  /** Answers that the exchange's clock is read from. */
  clockLooksMin: 3,
  /** Less than this is told. */
  freeBytesWarn: 1_024 * 1_024 * 1_024,
  maintenanceAheadMs: 86_400_000,
  /** An attestation that ends sooner is told. */
  regionEndsMs: 7 * 86_400_000,

  // The dashboard's feed, in the engine's process
  feedEveryMs: 200,
  feedMetricsEveryMs: 5_000,
  /** Batches under way; beyond it what is new waits and is merged. */
  feedUnacknowledgedMax: 2,
  feedRecordsMax: 2_000,
  feedRecordsPerBatchMax: 100,
  feedLogRowsMax: 200,
  /** Refusals that no record tells and that wait. */
  feedRefusalsMax: 500,
  /** Markets of a window that the page is told of. */
  feedMarketsMax: 500,
  feedMarketsPerBatchMax: 50,
  feedQuotesPerBatchMax: 50,
  /** How often in a row a dashboard that dies is started again, and how long after; doubles. */
  dashboardRestartsMax: 5,
  dashboardRestartMs: 500,
  /** After so long at work a death is the first of its row. */
  dashboardWellMs: 3_600_000,
  /** One that has read nothing of what it was told for so long is ended. */
  dashboardHungMs: 60_000,

  // The dashboard's own process
  dashboardHeapMegabytes: 512,
  dashboardPatchMs: 200,
  dashboardHeartbeatMs: 15_000,
  dashboardClientsMax: 16,
  /** Patches that wait for a client; then it is given a snapshot instead, once it reads again. */
  dashboardQueuedMax: 8,
  /** A client that has not read for so long is cut. */
  dashboardBlockedMsMax: 20_000,
  dashboardConnectionsMax: 512,
  /** Of these so many on which no token was shown; the oldest one makes room, so that there is some for who shows one. */
  dashboardStrangersMax: 256,
  /** What of a connection is parsed at once. */
  dashboardSipBytes: 1_024,
  /** Requests of a second by whoever shows no token; those beyond it wait, so that a flood takes no processor. */
  dashboardStrangersPerSecond: 300,
  dashboardStrangerWaitMs: 100,
  dashboardHeaderBytesMax: 8_192,
  dashboardBodyBytesMax: 262_144,
  dashboardHeadersMsMax: 3_000,
  dashboardRequestMsMax: 10_000,
  /** Refused tokens in a minute; the next ones are told to slow down. A good one is always taken. */
  dashboardBadTokensMax: 50,
  dashboardCodeMsMax: 600_000,
  /** Codes that are remembered as spent. */
  dashboardCodesMax: 1_000,
  dashboardDecisionsMax: 1_000,
  dashboardOrdersMax: 300,
  dashboardLogRowsMax: 500,
  dashboardMarksMax: 200,
  /** Of kept chains that are read for titles and refusals at the start, newest first. */
  dashboardChainFilesMax: 50,
  dashboardSparkMax: 48,
  /** Until the page is told that the engine has not taken a request yet. */
  dashboardControlMsMax: 1_000,

  // Sweeps
  sweepCandidatesMax: 20_000,
  sweepRecordingsMax: 1_000,
  sweepSpecBytesMax: 1_048_576,
  sweepThreadsMax: 256,
  sweepThreadMegabytesMax: 4_096,
  /** Of it for what is young: a backtest makes little that lasts. */
  sweepThreadYoungMegabytes: 128,
  /** Of one job whose thread, or whose whole worker, ended without an answer. */
  sweepAttemptsMax: 3,
  /** A worker that says nothing for so long is taken for dead, and its jobs go to others. */
  sweepAckWaitMs: 5_000,
  /** How often it says in that time that it is still at it. */
  sweepWorkingPerAckWait: 3,
  /** One of a broker's own bounds: beyond the attempts, so that the last delivery can report the failure. */
  sweepDeliveriesMax: 8,
  sweepPullMs: 2_000,
  /** At least a second, says the client. */
  sweepPresenceMs: 1_000,
  /** Calls that only workers of other builds answer, before a sweep gives up. */
  sweepStrangersOnlyMax: 2,
  sweepResultsPerRead: 1_000,
  sweepConnectMsMax: 5_000,
  sweepBrokerAbsentMsMax: 120_000,
  sweepBrokerRetryMs: 500,
  /** How often a job that the broker lost is published again. */
  sweepRepublishedMax: 3,
  sweepResultsAgeMsMax: 604_800_000,
  sweepRecordingsAgeMsMax: 2_592_000_000,
  sweepMessageBytesMax: 262_144,
  sweepRecordingFilesMax: 100_000,
  sweepCacheBytesMax: 68_719_476_736,

  // Metrics
  /** Requests, orders and windows whose time is being taken. */
  stagesTimedMax: 10_000,

  // Alerts
  alertsEveryMs: 1_000,
  /** A condition that is gone for so long is told as over. */
  alertClearMs: 10_000,
  /** One key is not told as firing again within it, however often it comes and goes. */
  alertAgainMs: 300_000,
  /** Longer than one slow commit: three of more than `commitBreakerMs` end the run by themselves. */
  alertLedgerLagMs: 3_000,
  /** A difference to the exchange that no reading confirms, or clears, is forgotten. */
  alertDifferenceMs: 86_400_000,
  alertDetailCharsMax: 400,
  /** After a start nothing of an earlier run is told as over before there was time to look. */
  alertRestoredMs: 60_000,
  /** Of one channel: in any minute, and how long one message may take and be tried. */
  alertsPerMinuteMax: 20,
  alertPostMsMax: 5_000,
  alertAgeMsMax: 21_600_000,
  alertBackoffMs: 2_000,
  alertBackoffMsMax: 120_000,
  alertAnswerBytesMax: 65_536,
  /** What the last messages of a run may take. */
  alertsCloseMsMax: 5_000,
  heartbeatEveryMs: 60_000,
  /** A run that took nothing in for so long has stopped, whatever its timers do. */
  heartbeatInputAgeMsMax: 10_000,

  // Ledger
  commitWarnMs: 250,
  commitBreakerMs: 1_000,
  /** Nothing excuses a commit that took longer, be it the processor or this process's own writes to the same disk. */
  commitExcusedMsMax: 5_000,
  /** How often it is looked meanwhile how late this process is itself. */
  commitLookEveryMs: 10,
  slowCommitsInARowMax: 3,
  highWaterRecordsMax: 100,
  highWaterMsMax: 1_000,
  /** How often a file that an engine is writing to is looked at again. */
  ledgerReadAttemptsMax: 20,
  /** Below it nothing starts, and a run sends nothing. */
  ledgerFreeBytesMin: 64 * 1_024 * 1_024,
  freeSpaceWatchMs: 60_000,
  /** Read in one go by an export. */
  exportRecordsMax: 200,
  recordBytesMax: 4 * 1_024 * 1_024,

  // Settings over a page
  /** How often a page that is looked at asks what is in force. */
  controlRefreshMs: 3_000,
  settingsPerChangeMax: 200,
  settingTextMax: 8_192,
  /** Of changes of the settings file, through restarts; older ones are forgotten. */
  settingsHistoryMax: 200,
  settingsHistoryBytesMax: 4_194_304,
  /** How long an answer waits for the engine to say that it took a change; it is heard within a second. */
  settingsConfirmMsMax: 8_000,
  settingsConfirmEveryMs: 25,
} as const;

assert(
  limits.connectionAliveMsMax < limits.connectionSilenceCutMs,
  'trading stops before a silent connection is cut',
);

assert(
  limits.importQuoteMs <= limits.connectionAliveMsMax,
  'a quote made of a candle is not believed for longer than a silent connection is',
);
assert(
  limits.scanAheadMs <= limits.keylessBookAgeMsMax,
  'a listing read ahead of a cut is still believed at the cut',
);
assert(
  limits.unknownQuarantineMs < limits.readingQuietMs &&
    limits.readingQuietMs < limits.readingEveryMs,
  'an order in doubt is cleared up before the account is read for its own sake',
);
assert(limits.skewWarnMs < limits.skewOrdersMsMax, 'a clock is told before it stops trading');
assert(
  // The exchange takes a signature that is 10 s old, and may refuse one of 30 s.
  limits.signatureAgeMsMax + limits.restWriteDeadlineMs + limits.skewOrdersMsMax < 20_000,
  'an order that waits for a connection is not older than its signature may be',
);
assert(limits.sweepWorkingPerAckWait >= 3, 'one lost word of a worker does not make it dead');
assert(
  limits.sweepAttemptsMax < limits.sweepDeliveriesMax,
  'a job that was tried often enough is delivered once more, to be reported',
);
assert(limits.commitWarnMs < limits.commitBreakerMs, 'a slow disk is told before it stops trading');
assert(
  limits.tickEveryMs < limits.heartbeatInputAgeMsMax,
  'a run that is quiet and well has a heartbeat',
);
assert(
  limits.smokeRestMs < limits.smokeClosesMsMin,
  "the smoke test's order is gone before its market closes",
);
assert(
  limits.inferenceTokensBase + limits.inferenceQuestionsMax * limits.inferenceTokensPerQuestion <=
    limits.inferenceTokensMax,
  'the largest batch has room for all its answers',
);
assert(
  // A character is at most six bytes once it is escaped.
  6 *
    (limits.questionRulesCharsMax +
      limits.questionTitleCharsMax * (2 + limits.questionSourcesMax) +
      limits.questionNoteCharsMax * limits.questionNotesMax) <=
    limits.inferencePromptBytesMax,
  'the longest question fits a request',
);
assert(
  limits.settingsConfirmMsMax < limits.pageAskMsMax,
  'a page is told what became of a change before it gives the answer up',
);

import type { CalibrationBucket } from '../../messages/dashboard.js';
import { count, percent } from '../format.js';
import { Empty, Panel } from '../parts/panel.js';
import { calibration } from '../store.js';

const size = 240;
const edge = 30;
const x = (p: number): number => edge + p * (size - edge - 8);
const y = (p: number): number => size - edge - p * (size - edge - 8);
const ticks = [0, 0.25, 0.5, 0.75, 1];

type Told = CalibrationBucket & { readonly meanForecast: number; readonly frequency: number };
const isTold = (bucket: CalibrationBucket): bucket is Told =>
  bucket.meanForecast !== null && bucket.frequency !== null;

export function Calibration() {
  const buckets = calibration.value ?? [];
  const told = buckets.filter(isTold);
  const isAny = buckets.some(({ forecasts }) => forecasts > 0);
  return (
    <Panel
      id="calibration"
      title="Calibration"
      aside={<span class="soft">what was forecast, and how often it came true</span>}
    >
      {isAny ? (
        <div class="calibration">
          {told.length === 0 ? (
            <Empty>Too few settled events for a diagram.</Empty>
          ) : (
            <Diagram told={told} />
          )}
          <Buckets buckets={buckets} />
        </div>
      ) : (
        <Empty>
          Nothing that was valued has settled yet. The diagram fills as outcomes come in, held or
          not.
        </Empty>
      )}
    </Panel>
  );
}

function Diagram({ told }: { readonly told: readonly Told[] }) {
  return (
    <svg
      class="diagram"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={`Reliability of ${told.length} buckets of forecasts; the numbers are in the table`}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line class="grid-line" x1={x(tick)} x2={x(tick)} y1={y(0)} y2={y(1)} />
          <line class="grid-line" x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} />
          <text class="tick" x={x(tick)} y={y(0) + 14} text-anchor="middle">
            {tick * 100}
          </text>
          <text class="tick" x={x(0) - 5} y={y(tick) + 4} text-anchor="end">
            {tick * 100}
          </text>
        </g>
      ))}
      <line class="promise" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      {told.map(({ from, meanForecast, frequency, low, high }) => (
        <g key={from}>
          {low === null || high === null ? null : (
            <line
              class="whisker"
              x1={x(meanForecast)}
              x2={x(meanForecast)}
              y1={y(low)}
              y2={y(high)}
            />
          )}
          <circle class="dot" cx={x(meanForecast)} cy={y(frequency)} r="3.5" />
        </g>
      ))}
      <text class="tick" x={x(0.5)} y={size - 2} text-anchor="middle">
        forecast, %
      </text>
    </svg>
  );
}

function Buckets({ buckets }: { readonly buckets: readonly CalibrationBucket[] }) {
  return (
    <table class="buckets">
      <thead>
        <tr>
          <th scope="col" class="text">
            Forecast
          </th>
          <th scope="col">Events</th>
          <th scope="col">Came true</th>
          <th scope="col">95 %</th>
        </tr>
      </thead>
      <tbody>
        {buckets
          .filter(({ forecasts }) => forecasts > 0)
          .map((bucket) => (
            <tr key={bucket.from}>
              <td class="text">{`${percent(bucket.from)} – ${percent(bucket.to)}`}</td>
              <td>{count(bucket.events)}</td>
              {bucket.frequency === null ? (
                <td class="soft" colSpan={2}>
                  too few
                </td>
              ) : (
                <>
                  <td>{percent(bucket.frequency)}</td>
                  <td class="soft">
                    {bucket.low === null || bucket.high === null
                      ? ''
                      : `${percent(bucket.low)} – ${percent(bucket.high)}`}
                  </td>
                </>
              )}
            </tr>
          ))}
      </tbody>
    </table>
  );
}

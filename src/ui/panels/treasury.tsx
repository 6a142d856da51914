import { count, money } from '../format.js';
import { Empty, Panel } from '../parts/panel.js';
import { isAtRest, treasury } from '../store.js';

/** What Claude costs, and who pays. */
export function Treasury() {
  const now = treasury.value;
  return (
    <Panel id="treasury" title="Treasury" aside={<span class="soft">what Claude costs</span>}>
      {now === undefined ? (
        <Empty>Not told yet.</Empty>
      ) : (
        <dl class="facts">
          <Fact name="Calls" value={count(now.calls)} />
          <Fact name="Cost in all" value={money(now.cost)} />
          <Fact
            name={isAtRest.value ? 'Last day' : 'Today'}
            value={
              isAtRest.value ? money(now.costToday) : `${money(now.costToday)} of ${money(now.cap)}`
            }
          />
          <Fact name="Held for open questions" value={money(now.held)} />
          <Fact
            name="Booked without a bill"
            value={money(now.estimated)}
            title="An attempt whose bill never came counts at its most until a true-up"
          />
          <Fact
            name="Reserve from profit"
            value={money(now.reserve)}
            title="Profit above its highest so far, put aside for inference; it pays first"
          />
          {isAtRest.value ? null : (
            <Fact
              name="Grant left"
              value={money(now.grantLeft)}
              title="Pays until there is profit"
            />
          )}
        </dl>
      )}
    </Panel>
  );
}

type FactProps = { readonly name: string; readonly value: string; readonly title?: string };
const Fact = ({ name, value, title }: FactProps) => (
  <div title={title}>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

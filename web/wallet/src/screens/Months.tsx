// /bills/months: what came and went, month by month, and for what.
import type { BillMonth } from '@kit/api/shapes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Bars } from '../parts/Bars';
import { Page } from '../parts/Page';
import { Empty, Loaded } from '../parts/states';
import { monthsQuery } from '../queries';
import { useShown } from '../shown';

/** Months in the chart. */
const COUNT = 6;

function Chart({ months }: { months: readonly BillMonth[] }) {
  const { say, named, money, month } = useShown();
  // The API may tell them in either order; a chart goes on to the right.
  const inOrder = months.toSorted((a, b) => a.month.localeCompare(b.month));
  const [chosen, setChosen] = useState(inOrder.at(-1)?.month ?? '');
  const one = inOrder.find(found => found.month === chosen);
  return (
    <>
      <section className="panel">
        <Bars months={inOrder} chosen={chosen} onChoose={setChosen} />
      </section>
      {one && (
        <section className="panel" aria-labelledby="month">
          <h2 id="month">{month(one.month)}</h2>
          <dl className="pair">
            <div>
              <dt>{say('months.out')}</dt>
              <dd className="amount">{money(one.out)}</dd>
            </div>
            <div>
              <dt>{say('months.in')}</dt>
              <dd className="amount">{money(one.in)}</dd>
            </div>
          </dl>
          {one.categories.length === 0 ? (
            <p className="quiet">{say('months.none')}</p>
          ) : (
            <table>
              <thead>
                <tr>
                  <th scope="col">{say('bill.category')}</th>
                  <th scope="col">{say('months.out')}</th>
                  <th scope="col">{say('months.in')}</th>
                </tr>
              </thead>
              <tbody>
                {one.categories.map(row => (
                  <tr key={row.category}>
                    <th scope="row">
                      {named('bill.category', row.category)}
                      <span className="quiet">{say('months.count', { count: String(row.count) })}</span>
                    </th>
                    <td>{money(row.out)}</td>
                    <td>{money(row.in)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
      )}
    </>
  );
}

export function Months() {
  const { say } = useShown();
  const months = useQuery(monthsQuery(COUNT));
  return (
    <Page title={say('months.title')} up="/bills">
      <Loaded query={months} lines={8}>
        {found => (found.length === 0 ? <Empty words={say('bills.none')} /> : <Chart months={found} />)}
      </Loaded>
    </Page>
  );
}

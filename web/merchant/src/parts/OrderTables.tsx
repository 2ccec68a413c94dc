// What went back of an order, what was shared out of it, and what the books say of it.
import { Drawn } from '@kit/desk/Drawn';
import { Badge, Code, Money, Moment, NoValue, type Tone } from '@kit/desk/facts';
import { Section } from '@kit/desk/Page';
import { Table } from '@kit/desk/Table';
import type { Posting, Refund, Split } from '../calls';
import { placeOf } from '../refunds';
import { useShown } from '../shown';

const TONES: Record<string, Tone> = { done: 'good', under_way: 'wait', returned: 'bad', refused: 'bad' };

export function Refunds({ of }: { of: readonly Refund[] }) {
  const { say, named, money } = useShown();
  return of.length === 0 ? null : (
    <Section title={say('order.refunds')}>
      <Table
        label={say('order.refunds')}
        rows={of}
        rowKey={refund => refund.refund_no}
        columns={[
          {
            head: say('order.refund_no'),
            cell: ({ refund_no: number }) => {
              const place = placeOf(number, of);
              return place === undefined ? (
                <Code>{number}</Code>
              ) : (
                <Drawn number={number} name={say('order.refund_of', { count: place })} />
              );
            },
          },
          {
            head: say('orders.state'),
            cell: refund => <Badge tone={TONES[refund.state] ?? 'plain'}>{named('refund_state', refund.state)}</Badge>,
          },
          {
            head: say('orders.amount'),
            isEnd: true,
            cell: refund => (
              <>
                <Money of={refund.amount} />
                {refund.fee_back !== null && refund.fee_back !== '0.00' && (
                  <span className="second">{say('order.fee_back', { amount: money(refund.fee_back) })}</span>
                )}
              </>
            ),
          },
          {
            head: say('order.reason'),
            cell: refund => (refund.by_cancel ? say('order.by_cancel') : (refund.reason ?? <NoValue />)),
          },
          { head: say('desk.when'), cell: refund => <Moment at={refund.at} /> },
        ]}
      />
    </Section>
  );
}

export function Splits({ of }: { of: readonly Split[] }) {
  const { say, named } = useShown();
  return of.length === 0 ? null : (
    <Section title={say('order.splits')}>
      <Table
        label={say('order.splits')}
        rows={of}
        rowKey={split => `${split.direction} ${split.number} ${split.to ?? ''}`}
        columns={[
          { head: say('apps.number'), cell: split => <Code>{split.number}</Code> },
          { head: say('order.direction'), cell: split => named('direction', split.direction), isExtra: true },
          { head: say('order.to'), cell: split => split.to_name ?? split.to ?? <NoValue /> },
          {
            head: say('orders.state'),
            cell: split => <Badge tone={TONES[split.state] ?? 'plain'}>{named('split_state', split.state)}</Badge>,
          },
          { head: say('orders.amount'), cell: split => <Money of={split.amount} />, isEnd: true },
          { head: say('desk.when'), cell: split => <Moment at={split.at} /> },
        ]}
      />
    </Section>
  );
}

export function Postings({ of }: { of: readonly Posting[] }) {
  const { say, named } = useShown();
  return of.length === 0 ? null : (
    <Section title={say('order.postings')}>
      <p className="quiet">{say('order.postings_text')}</p>
      {of.map((posting, place) => (
        // The same template may post twice at one moment.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={`${posting.template} ${posting.at} ${place}`}>
          <h3>
            {named('template', posting.template)}{' '}
            <span className="quiet">
              <Moment at={posting.at} isWhole />
            </span>
          </h3>
          <Table
            label={`${named('template', posting.template)} ${place + 1}`}
            rows={posting.lines.map((line, number) => ({ ...line, number }))}
            rowKey={line => String(line.number)}
            columns={[
              {
                head: say('order.account'),
                cell: line => (
                  <>
                    {named('account', line.account)} {line.own && <Badge>{say('order.own')}</Badge>}
                  </>
                ),
              },
              {
                head: say('order.debit'),
                isEnd: true,
                cell: line => (line.side === 'debit' ? <Money of={line.amount} /> : ''),
              },
              {
                head: say('order.credit'),
                isEnd: true,
                cell: line => (line.side === 'credit' ? <Money of={line.amount} /> : ''),
              },
              {
                head: say('order.balance_after'),
                isEnd: true,
                cell: line => (line.balance_after === null ? <NoValue /> : <Money of={line.balance_after} />),
              },
            ]}
          />
        </div>
      ))}
    </Section>
  );
}

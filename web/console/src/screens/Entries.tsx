// /ledger/accounts/:id: what moved on one account, newest first, each with all lines of its posting.
import { Button } from '@kit/desk/Button';
import { Badge, Code, KeyValues, Moment } from '@kit/desk/facts';
import { Dialog } from '@kit/desk/Dialog';
import { Page, Section } from '@kit/desk/Page';
import { Empty } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { OrderLink, PartyLink } from '../parts/links';
import { LedgerTabs } from '../parts/LedgerTabs';
import { PostingLines } from '../parts/PostingLines';
import { list } from '../queries';
import { useShown } from '../shown';
import { bySide } from '../side';
import type { Entry } from '../told';

const route = getRouteApi('/shell/ledger/accounts/$id');

export function Entries() {
  const { say, named, sum, moment } = useShown();
  const { id } = route.useParams();
  const [open, setOpen] = useState<Entry>();
  const entries = useInfiniteQuery(list('/ops/ledger/accounts/{account_id}/entries', { path: { account_id: id } }));
  const account = entries.data?.pages[0]?.account;
  const currency = account?.currency ?? 'CNY';
  return (
    <Page
      title={say('ledger.account', { id })}
      up={{ to: '/ledger/accounts', label: say('ledger.accounts') }}
      beside={account && <Badge>{named('account_kind', account.kind)}</Badge>}
    >
      <LedgerTabs />
      {account && (
        <Section>
          <KeyValues
            of={[
              { name: say('ledger.owner_head'), value: <PartyLink id={account.owner} /> },
              { name: say('ledger.balance'), value: sum(bySide(account.kind, account.balance), currency) },
              { name: say('ledger.held'), value: sum(account.held, currency) },
              { name: say('party.available'), value: sum(bySide(account.kind, account.available), currency) },
            ]}
          />
        </Section>
      )}
      <Section title={say('ledger.entries')}>
        <PagedTable
          label={say('ledger.entries')}
          query={entries}
          rowsOf={page => page.entries}
          rowKey={row => `${row.posting_no} ${row.side} ${row.amount} ${row.balance_after}`}
          empty={<Empty words={say('ledger.no_entries')} />}
          columns={[
            { head: say('kind'), cell: row => named('posting', row.kind) },
            { head: say('time'), cell: row => <Moment at={row.at} /> },
            { head: say('ledger.order'), cell: row => <OrderLink no={row.trade_no} />, isExtra: true },
            { head: say('ledger.debit'), cell: row => row.side === 'debit' && sum(row.amount, currency), isEnd: true },
            {
              head: say('ledger.credit'),
              cell: row => row.side === 'credit' && sum(row.amount, currency),
              isEnd: true,
            },
            {
              head: say('line.balance'),
              cell: row => sum(bySide(account?.kind, row.balance_after), currency),
              isEnd: true,
            },
            {
              head: say('ledger.lines'),
              cell: row => (
                <Button isSmall onClick={() => setOpen(row)}>
                  {say('view')}
                </Button>
              ),
              isEnd: true,
            },
          ]}
        />
      </Section>
      {open && (
        <Dialog
          title={say('ledger.lines_of', { kind: named('posting', open.kind), at: moment(open.at) })}
          onClose={() => setOpen(undefined)}
          isWide
        >
          <KeyValues
            of={[
              { name: say('ledger.posting'), value: <Code>{open.posting_no}</Code> },
              { name: say('ledger.business_date'), value: open.business_date },
              { name: say('ledger.order'), value: <OrderLink no={open.trade_no} /> },
            ]}
          />
          <PostingLines lines={open.lines} label={say('ledger.lines')} currency={currency} />
        </Dialog>
      )}
    </Page>
  );
}

// /suspense: money that nothing explains. One proposes what becomes of it, another closes it so.
import { Button } from '@kit/desk/Button';
import { Badge, Code, KeyValues, Moment } from '@kit/desk/facts';
import { Dialog } from '@kit/desk/Dialog';
import { ChoiceField, Field, LongField, RadioField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Filters } from '@kit/desk/Filters';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { act, type Acts } from '../calls';
import { useDoing, useRenewed } from '@kit/desk/doing';
import { Allowed } from '../parts/Allowed';
import { PartyLink, Who } from '../parts/links';
import { Second, SecondRule } from '../parts/Second';
import { list } from '../queries';
import { useShown } from '../shown';
import type { Closing, Suspense as Line } from '../told';

const route = getRouteApi('/shell/suspense');

const WAYS = ['give_back', 'own', 'match'] as const;

/** Characters of a reason, at most. */
const REASON_MAX = 200;

const placeOf = ({ slot, account, day, serial }: Line) => ({ slot, account, day, serial });
const keyOf = ({ slot, account, day, serial }: Line) => `${slot} ${account} ${day} ${serial}`;

function Propose({ of: line, onDone }: { of: Line; onDone: () => void }) {
  const { say, named } = useShown();
  const renew = useRenewed();
  const [way, setWay] = useState<(typeof WAYS)[number]>('give_back');
  const [bankOrder, setBankOrder] = useState(line.bank_order_no ?? '');
  const [reason, setReason] = useState('');
  const isReady = reason.trim() !== '' && (way !== 'match' || bankOrder.trim() !== '');
  const send = () =>
    act('/ops/suspense/proposal', {
      ...placeOf(line),
      way,
      bank_order_no: way === 'match' ? bankOrder.trim() : null,
      reason: reason.trim(),
    });
  const done = () => {
    notice(say('done_propose'));
    void renew();
    onDone();
  };
  return (
    <Form go={say('suspense.propose')} isReady={isReady} send={send} onDone={done} onWrong={() => void renew()}>
      <SecondRule act="approve_closing" />
      <RadioField
        label={say('suspense.way')}
        value={way}
        onValue={setWay}
        options={WAYS.map(value => ({ value, label: named('way', value) }))}
      />
      {way === 'match' && (
        <Field
          label={say('suspense.bank_order_no')}
          name="bank_order_no"
          inputMode="numeric"
          autoComplete="off"
          value={bankOrder}
          onValue={setBankOrder}
        />
      )}
      <LongField label={say('reason')} name="reason" maxLength={REASON_MAX} value={reason} onValue={setReason} />
    </Form>
  );
}

function ClosingShown({ of: closing, approvedBy }: { of: Closing; approvedBy?: string | null }) {
  const { say, named } = useShown();
  return (
    <KeyValues
      of={[
        { name: say('suspense.way'), value: named('way', closing.way) },
        closing.bank_order_no !== null && {
          name: say('suspense.bank_order'),
          value: <Code>{closing.bank_order_no}</Code>,
        },
        { name: say('reason'), value: closing.reason },
        { name: say('proposer'), value: <Who name={closing.operator} /> },
        approvedBy !== undefined && { name: say('approved_by'), value: <Who name={approvedBy} /> },
        { name: say('time'), value: <Moment at={closing.at} isWhole /> },
      ]}
    />
  );
}

function Proposed({ of: line, closing, onDone }: { of: Line; closing: Closing; onDone: () => void }) {
  const { say } = useShown();
  const { way, bank_order_no, reason } = closing;
  const approving = useDoing({
    // What was read is what is agreed to: another proposal meanwhile is refused.
    send: (read: Acts['/ops/suspense/closing'][0]) => act('/ops/suspense/closing', read),
    done: say('suspense.done_close'),
    onDone,
  });
  const withdrawing = useDoing({
    send: () => act('/ops/suspense/withdrawal', placeOf(line)),
    done: say('done_withdraw'),
    onDone,
  });
  return (
    <>
      <h3>{say('suspense.proposed')}</h3>
      <ClosingShown of={closing} />
      <Second
        proposer={closing.operator}
        act="approve_closing"
        beside={
          <Allowed act="propose_closing" isSilent>
            <Button isBusy={withdrawing.isPending} onClick={() => withdrawing.mutate()}>
              {say('withdraw')}
            </Button>
          </Allowed>
        }
        besideWrong={withdrawing.error}
        read={{ ...placeOf(line), way, bank_order_no, reason }}
        approving={approving}
        question={{ title: say('suspense.close_sure') }}
        go={say('suspense.close')}
      />
    </>
  );
}

function Details({ of: line, onClose }: { of: Line; onClose: () => void }) {
  const { say, named, sum } = useShown();
  return (
    <Dialog title={say('suspense.line', { day: line.day, serial: line.serial })} onClose={onClose}>
      <KeyValues
        of={[
          { name: say('amount'), value: `${named('direction', line.direction)} ${sum(line.amount, line.currency)}` },
          { name: say('recon.class'), value: named('recon_class', line.class) },
          { name: say('suspense.owner'), value: named('suspense_owner', line.owner) },
          { name: say('account'), value: <Code>{line.account}</Code> },
          { name: say('party'), value: <PartyLink id={line.party} /> },
          { name: say('suspense.reference'), value: line.reference && <Code>{line.reference}</Code> },
          { name: say('suspense.bank_order'), value: line.bank_order_no && <Code>{line.bank_order_no}</Code> },
          { name: say('ledger.since'), value: <Moment at={line.since} isWhole /> },
        ]}
      />
      {line.closed && (
        <>
          <h3>{say('suspense.closed')}</h3>
          <ClosingShown of={line.closed} approvedBy={line.closed.approved_by} />
        </>
      )}
      {!line.closed && line.proposed && <Proposed of={line} closing={line.proposed} onDone={onClose} />}
      {!line.closed && !line.proposed && (
        <Allowed act="propose_closing">
          <Propose of={line} onDone={onClose} />
        </Allowed>
      )}
    </Dialog>
  );
}

function Standing({ of: line }: { of: Line }) {
  const { say } = useShown();
  const [tone, word] = line.closed
    ? (['good', 'suspense.closed'] as const)
    : line.proposed
      ? (['accent', 'suspense.proposed'] as const)
      : (['wait', 'suspense.open'] as const);
  return <Badge tone={tone}>{say(word)}</Badge>;
}

export function Suspense() {
  const { say, named, sum } = useShown();
  const go = useGo();
  const { state = 'open' } = route.useSearch();
  const [open, setOpen] = useState('');
  const lines = useInfiniteQuery(list('/ops/suspense', { query: state === 'all' ? {} : { state } }));
  // As it is told now: what was proposed while the dialog is open is shown in it.
  const shown = lines.data?.pages.flatMap(page => page.suspense).find(line => keyOf(line) === open);
  return (
    <Page title={say('suspense.title')}>
      <Filters
        key={state}
        value={state === 'open' ? {} : { state }}
        onFind={next => go(addressWith('/suspense', next), true)}
      >
        {(typed, set) => (
          <ChoiceField
            label={say('state')}
            name="state"
            value={typed.state ?? 'open'}
            onValue={value => set('state', value, true)}
            options={[
              { value: 'open', label: say('suspense.open') },
              { value: 'closed', label: say('suspense.closed') },
              { value: 'all', label: say('desk.all') },
            ]}
          />
        )}
      </Filters>
      <Section>
        <PagedTable
          label={say('suspense.title')}
          query={lines}
          rowsOf={page => page.suspense}
          rowKey={keyOf}
          empty={<Empty words={say('suspense.none')} />}
          columns={[
            {
              head: say('suspense.title'),
              cell: row => (
                <Button kind="bare" isSmall onClick={() => setOpen(keyOf(row))}>
                  {say('suspense.line', { day: row.day, serial: row.serial })}
                </Button>
              ),
            },
            { head: say('recon.class'), cell: row => named('recon_class', row.class) },
            { head: say('suspense.owner'), cell: row => named('suspense_owner', row.owner), isExtra: true },
            { head: say('state'), cell: row => <Standing of={row} /> },
            { head: say('suspense.age'), cell: row => say('suspense.age_days', { count: row.age_days }), isEnd: true },
            {
              head: say('amount'),
              cell: row => `${named('direction', row.direction)} ${sum(row.amount, row.currency)}`,
              isEnd: true,
            },
          ]}
        />
      </Section>
      {shown && <Details key={open} of={shown} onClose={() => setOpen('')} />}
    </Page>
  );
}

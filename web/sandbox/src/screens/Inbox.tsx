// What the platform sent: notifications to merchants, the letters that carried them, and codes to persons.
import { Button } from '@kit/desk/Button';
import { CodeBlock } from '@kit/desk/CodeBlock';
import { Dialog } from '@kit/desk/Dialog';
import { Badge, Code, KeyValues, Moment, type Tone } from '@kit/desk/facts';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { Tabs } from '@kit/desk/Tabs';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Letter, Message, Notice } from '../calls';
import { membersOf } from '../letters';
import { AppField } from '../parts/AppField';
import { ResendDialog } from '../parts/ResendDialog';
import { lettersQuery, messagesQuery, noticesQuery } from '../queries';
import { useShown } from '../shown';
import { refundIn } from '../tells';

const TABS = ['notices', 'letters', 'messages'] as const;
type Tab = (typeof TABS)[number];
const STATE_TONES: Record<Notice['state'], Tone> = { due: 'wait', delivered: 'good', given_up: 'bad' };

function Notices({ app }: { app: string }) {
  const { say, named, money } = useShown();
  const query = useQuery(noticesQuery(app));
  const [again, setAgain] = useState<Notice | null>(null);
  const [shown, setShown] = useState<Notice | null>(null);
  // An order that was refunded in part is as paid as before: its state alone says nothing of the refund.
  const tells = (one: Notice) => {
    const refund = refundIn(one.params);
    if (refund !== undefined) {
      return refund ? say('inbox.refund_of', { amount: money(refund) }) : say('inbox.refund');
    }
    return one.trade_status ? named('trade', one.trade_status) : say('inbox.message');
  };
  return (
    <Section>
      <Loaded query={query} lines={6}>
        {({ notifications }) =>
          notifications.length === 0 ? (
            <Empty words={say('inbox.no_notices')} />
          ) : (
            <Table
              label={say('inbox.notices')}
              rows={notifications}
              rowKey={one => one.notify_id}
              columns={[
                {
                  head: say('inbox.about'),
                  cell: one => (
                    <Button kind="bare" isSmall className="as-word" onClick={() => setShown(one)}>
                      {one.out_trade_no ?? one.notify_id}
                    </Button>
                  ),
                },
                {
                  head: say('inbox.tells'),
                  cell: tells,
                },
                {
                  head: say('inbox.state'),
                  cell: one => <Badge tone={STATE_TONES[one.state]}>{named('notice', one.state)}</Badge>,
                },
                { head: say('inbox.attempts'), cell: one => String(one.attempts), isEnd: true, isExtra: true },
                { head: say('inbox.next'), cell: one => <Moment at={one.next_attempt_at} />, isExtra: true },
                { head: say('inbox.at'), cell: one => <Moment at={one.happened_at} isWhole /> },
                {
                  head: say('buyers.do'),
                  isEnd: true,
                  cell: one => (
                    <Button isSmall onClick={() => setAgain(one)}>
                      {say('inbox.again')}
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {again && <ResendDialog notice={again} onClose={() => setAgain(null)} />}
      {shown && <OneNotice notice={shown} onClose={() => setShown(null)} />}
    </Section>
  );
}

function OneNotice({ notice, onClose }: { notice: Notice; onClose: () => void }) {
  const { say, named } = useShown();
  return (
    <Dialog title={say('inbox.notice')} onClose={onClose} isWide>
      <KeyValues
        of={[
          { name: 'notify_id', value: <Code>{notice.notify_id}</Code> },
          { name: 'app_id', value: <Code>{notice.app_id}</Code> },
          { name: say('inbox.url'), value: <Code>{notice.url}</Code> },
          { name: say('inbox.state'), value: named('notice', notice.state) },
          { name: say('inbox.attempts'), value: String(notice.attempts) },
          notice.last_error !== null && { name: say('inbox.error'), value: notice.last_error },
        ]}
      />
      {notice.params && <CodeBlock label={say('inbox.params')} text={JSON.stringify(notice.params, null, 2)} />}
    </Dialog>
  );
}

function Letters({ app }: { app: string }) {
  const { say, named } = useShown();
  const query = useQuery(lettersQuery(app));
  const [shown, setShown] = useState<Letter | null>(null);
  const end = ({ ended }: Letter) =>
    ended === null ? (
      <Badge tone="wait">{say('letters.under_way')}</Badge>
    ) : (
      <Badge tone={ended.delivered ? 'good' : 'bad'}>{say(ended.delivered ? 'letters.taken' : 'letters.not_taken')}</Badge>
    );
  return (
    <Section>
      <p className="quiet">{say('letters.text')}</p>
      <Loaded query={query} lines={6}>
        {letters =>
          letters.length === 0 ? (
            <Empty words={say('letters.none')} />
          ) : (
            <Table
              label={say('inbox.letters')}
              rows={letters}
              rowKey={one => String(one.no)}
              columns={[
                {
                  head: say('letters.no'),
                  cell: one => (
                    <Button kind="bare" isSmall className="as-word" onClick={() => setShown(one)}>
                      #{one.no}
                    </Button>
                  ),
                },
                { head: say('letters.kind'), cell: one => named('letter', one.kind) },
                { head: say('inbox.state'), cell: end },
                { head: say('inbox.url'), cell: one => <Code>{one.url}</Code>, isExtra: true },
                { head: say('inbox.at'), cell: one => <Moment at={one.sent_at} isWhole />, isEnd: true },
              ]}
            />
          )
        }
      </Loaded>
      {shown && (
        <Dialog title={say('letters.one', { no: shown.no })} onClose={() => setShown(null)} isWide>
          <KeyValues
            of={[
              { name: say('inbox.url'), value: <Code>{shown.url}</Code> },
              { name: 'Content-Type', value: <Code>{shown.content_type}</Code> },
              shown.to_listener && { name: say('letters.listener'), value: say('letters.to_listener') },
              shown.ended && { name: say('letters.took'), value: `${shown.ended.took_ms} ms` },
              shown.ended !== null && shown.ended.error !== null && { name: say('inbox.error'), value: shown.ended.error },
            ]}
          />
          <CodeBlock label={say('letters.body')} text={shown.form} file={`letter-${shown.no}.txt`} />
          <CodeBlock label={say('letters.members')} text={membersOf(shown.form)} />
        </Dialog>
      )}
    </Section>
  );
}

function Messages() {
  const { say, named } = useShown();
  const query = useQuery(messagesQuery);
  return (
    <Section>
      <p className="quiet">{say('messages.text')}</p>
      <Loaded query={query} lines={6}>
        {({ messages }) =>
          messages.length === 0 ? (
            <Empty words={say('messages.none')} />
          ) : (
            <Table<Message>
              label={say('inbox.messages')}
              rows={messages.toSorted((one, other) => (one.sent_at < other.sent_at ? 1 : -1))}
              rowKey={one => `${one.sent_at} ${one.to} ${one.text}`}
              columns={[
                { head: say('messages.to'), cell: one => one.to },
                { head: say('messages.kind'), cell: one => named('message', one.kind) },
                { head: say('messages.code'), cell: one => one.code && <Code>{one.code}</Code> },
                { head: say('messages.words'), cell: one => one.text, isExtra: true },
                { head: say('inbox.at'), cell: one => <Moment at={one.sent_at} isWhole />, isEnd: true },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

export function Inbox() {
  const { say } = useShown();
  const { tab: asked, app = '' } = useSearch({ from: '/shell/inbox' });
  const tab: Tab = TABS.find(one => one === asked) ?? 'notices';
  const go = useGo();
  const show = (search: { tab: string; app: string }) => go(addressWith('/inbox', search), true);
  return (
    <Page title={say('inbox.title')} text={say('inbox.text')}>
      <Tabs
        label={say('inbox.title')}
        tabs={TABS.map(name => ({ name, label: say(`inbox.${name}`) }))}
        chosen={tab}
        onChoose={name => show({ tab: name, app })}
      >
        {tab !== 'messages' && (
          <div className="filters">
            <AppField value={app} onValue={chosen => show({ tab, app: chosen })} />
          </div>
        )}
        {tab === 'notices' && <Notices key={app} app={app} />}
        {tab === 'letters' && <Letters key={app} app={app} />}
        {tab === 'messages' && <Messages />}
      </Tabs>
    </Page>
  );
}

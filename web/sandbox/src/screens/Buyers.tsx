// Buyers with play money, and paying as one of them.
import { Button } from '@kit/desk/Button';
import { Code, Money, NoValue } from '@kit/desk/facts';
import { Icon } from '@kit/desk/Icon';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Failed, Loaded } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Buyer } from '../calls';
import { useOpened } from '../opened';
import { BuyerDialog } from '../parts/BuyerDialog';
import { PayAs } from '../parts/PayAs';
import { TopUpDialog } from '../parts/TopUpDialog';
import { demoQuery, partyQuery, siteQuery } from '../queries';
import { useShown } from '../shown';

/** What a buyer may spend now; those of the seeding come with it. */
function Balance({ buyer, isOpened }: { buyer: Buyer; isOpened: boolean }) {
  const party = useQuery({ ...partyQuery(buyer.user_id), enabled: isOpened });
  // What it was opened with says nothing of what it has now.
  return isOpened && party.data === undefined ? <NoValue /> : <Money of={party.data?.balance ?? buyer.balance} />;
}

export function Buyers() {
  const { say } = useShown();
  const demo = useQuery(demoQuery);
  const site = useQuery(siteQuery);
  const world = site.data?.world ?? '';
  const opened = useOpened(world);
  const [toppedUp, setToppedUp] = useState<Buyer | 'other' | null>(null);
  const [isOpening, setOpening] = useState(false);
  const [payer, setPayer] = useState('');
  const actions = (
    <>
      <Button onClick={() => setToppedUp('other')}>{say('top_up.other')}</Button>
      <Button disabled={world === ''} onClick={() => setOpening(true)}>
        <Icon name="plus" size={16} />
        {say('buyers.open')}
      </Button>
    </>
  );
  return (
    <Page title={say('buyers.title')} text={say('buyers.text')} actions={actions}>
      {site.isError && <Failed thrown={site.error} again={() => void site.refetch()} />}
      <Loaded query={demo} lines={6}>
        {({ buyers }) => {
          const all = [...buyers, ...opened];
          const isOpened = (buyer: Buyer) => opened.includes(buyer);
          return (
            <>
              <Section>
                <Table
                  label={say('buyers.title')}
                  rows={all}
                  rowKey={buyer => buyer.user_id}
                  empty={<Empty words={say('buyers.none')} />}
                  columns={[
                    { head: say('buyers.who'), cell: buyer => <Who buyer={buyer} /> },
                    { head: say('buyers.number'), cell: buyer => <Code>{buyer.user_id}</Code>, isExtra: true },
                    { head: say('buyers.password'), cell: buyer => <Code>{buyer.pay_password}</Code> },
                    {
                      head: say('buyers.balance'),
                      cell: buyer => <Balance buyer={buyer} isOpened={isOpened(buyer)} />,
                      isEnd: true,
                    },
                    {
                      head: say('buyers.do'),
                      isEnd: true,
                      cell: buyer => (
                        <span className="actions end">
                          <Button isSmall onClick={() => setToppedUp(buyer)}>
                            {say('buyers.top_up')}
                          </Button>
                          <Button isSmall kind="primary" onClick={() => setPayer(buyer.user_id)}>
                            {say('buyers.pay_as')}
                          </Button>
                        </span>
                      ),
                    },
                  ]}
                />
                {opened.length > 0 && <p className="quiet">{say('buyers.kept')}</p>}
              </Section>
              <PayAs buyers={all} chosen={payer} onChoose={setPayer} />
            </>
          );
        }}
      </Loaded>
      {toppedUp && <TopUpDialog buyer={toppedUp === 'other' ? null : toppedUp} onClose={() => setToppedUp(null)} />}
      {isOpening && <BuyerDialog world={world} onClose={() => setOpening(false)} />}
    </Page>
  );
}

function Who({ buyer }: { buyer: Buyer }) {
  return (
    <>
      {buyer.name} <span className="quiet">{buyer.login}</span>
    </>
  );
}

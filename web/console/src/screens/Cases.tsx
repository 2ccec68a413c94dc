// /cases: payments that a person decides. What a list of names found is released by two.
import { Button } from '@kit/desk/Button';
import { Badge, Moment } from '@kit/desk/facts';
import { Dialog } from '@kit/desk/Dialog';
import { ChoiceField, RadioField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Filters } from '@kit/desk/Filters';
import { addressWith, useGo } from '@kit/desk/Go';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Note } from '@kit/desk/states';
import { PagedTable } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { act } from '../calls';
import { useRenewed } from '@kit/desk/doing';
import { useMay, useMe } from '../me';
import { Allowed } from '../parts/Allowed';
import { OrderLink, PartyLink, Who } from '../parts/links';
import { list } from '../queries';
import { useShown } from '../shown';
import { toneOf } from '../tones';
import type { Case, CaseDecided } from '../told';

const route = getRouteApi('/shell/cases');

const STATES = ['open', 'released', 'refused'] as const;

/** What a case is about: an order leads to its timeline. */
function Subject({ of: subject }: { of: string }) {
  const no = /^order (\d{28})$/.exec(subject)?.[1];
  return no ? <OrderLink no={no} /> : subject;
}

function Decide({ of: found, onClose }: { of: Case; onClose: () => void }) {
  const { say, second } = useShown();
  const me = useMe();
  const renew = useRenewed();
  const isOwn = found.first_release_by === me.user_id;
  const [decision, setDecision] = useState<'' | 'release' | 'refuse'>(isOwn ? 'refuse' : '');
  const options = [
    { value: 'release' as const, label: say('cases.release') },
    { value: 'refuse' as const, label: say('cases.refuse') },
  ].filter(option => !isOwn || option.value === 'refuse');
  const done = (told: CaseDecided) => {
    notice(say(told.needs_another_operator ? 'cases.needs_other' : 'cases.done'));
    void renew();
    onClose();
  };
  return (
    <Dialog title={say('cases.decide_title')} onClose={onClose}>
      <p>
        <Subject of={found.subject} />
      </p>
      {isOwn && <Note tone="warn">{say('cases.own_release', { roles: second(me, 'decide_risk') })}</Note>}
      <Form
        go={say('cases.decide')}
        isReady={decision !== ''}
        isDanger={decision === 'refuse'}
        beside={<Button onClick={onClose}>{say('desk.cancel')}</Button>}
        send={() =>
          act('/ops/risk/cases/decide', {
            user_id: found.user_id,
            subject: found.subject,
            release: decision === 'release',
          })
        }
        onDone={done}
        onWrong={() => void renew()}
      >
        <RadioField
          label={say('cases.decision')}
          value={decision}
          onValue={setDecision}
          options={options}
          {...(decision ? { text: say(decision === 'release' ? 'cases.released_text' : 'cases.refused_text') } : {})}
        />
      </Form>
    </Dialog>
  );
}

function Standing({ of: found }: { of: Case }) {
  const { say, named } = useShown();
  return (
    <span className="badges">
      <Badge tone={toneOf(found.state)}>{named('case_state', found.state)}</Badge>
      {found.state === 'open' && found.first_release_by && (
        <span className="quiet">{say('cases.first_release', { name: found.first_release_by })}</span>
      )}
    </span>
  );
}

export function Cases() {
  const { say, named } = useShown();
  const may = useMay();
  const me = useMe();
  const go = useGo();
  const { state = 'open' } = route.useSearch();
  const [deciding, setDeciding] = useState<Case>();
  const cases = useInfiniteQuery(list('/ops/risk/cases', { query: state === 'all' ? {} : { state } }));
  return (
    <Page title={say('cases.title')}>
      <Allowed act="decide_risk">{null}</Allowed>
      <Filters
        key={state}
        value={state === 'open' ? {} : { state }}
        onFind={next => go(addressWith('/cases', next), true)}
      >
        {(typed, set) => (
          <ChoiceField
            label={say('state')}
            name="state"
            value={typed.state ?? 'open'}
            onValue={value => set('state', value, true)}
            options={[
              ...STATES.map(value => ({ value: value as string, label: named('case_state', value) })),
              { value: 'all', label: say('desk.all') },
            ]}
          />
        )}
      </Filters>
      <Section>
        <PagedTable
          label={say('cases.title')}
          query={cases}
          rowsOf={page => page.cases}
          rowKey={row => `${row.user_id} ${row.subject}`}
          empty={<Empty words={say('cases.none')} />}
          columns={[
            { head: say('cases.subject'), cell: row => <Subject of={row.subject} /> },
            { head: say('party'), cell: row => <PartyLink id={row.user_id} /> },
            { head: say('state'), cell: row => <Standing of={row} /> },
            { head: say('cases.opened_at'), cell: row => <Moment at={row.opened_at} /> },
            {
              head: say('cases.decided'),
              cell: row =>
                row.state === 'open'
                  ? may('decide_risk') &&
                    // Nobody decides about oneself.
                    (row.user_id === me.user_id ? (
                      <span className="quiet">{say('cases.own')}</span>
                    ) : (
                      <Button isSmall onClick={() => setDeciding(row)}>
                        {say('cases.decide')}
                      </Button>
                    ))
                  : row.decided_by && <Who name={row.decided_by} />,
              isEnd: true,
            },
          ]}
        />
      </Section>
      {deciding && <Decide of={deciding} onClose={() => setDeciding(undefined)} />}
    </Page>
  );
}

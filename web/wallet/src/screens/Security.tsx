// /security: stopping all payments, passwords, passkeys, and the devices that are signed in.
import { api, told } from '@kit/api/client';
import type { Session } from '@kit/api/shapes';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import { useState } from 'react';
import { notice } from '@kit/notices';
import { Page } from '../parts/Page';
import { Passkeys } from '../parts/Passkeys';
import { PasswordSheet } from '../parts/PasswordSheet';
import { LinkRow } from '../parts/Row';
import { Loaded, Wrong } from '../parts/states';
import { sure } from '@kit/sure';
import { meQuery, sessionsQuery } from '../queries';
import { useShown } from '../shown';

/** Stops what leaves the balance at once; the payment password lifts it. */
function Stop({ by }: { by: string }) {
  const { say } = useShown();
  const client = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: meQuery.queryKey });
  const stopping = useMutation({
    mutationFn: () => told(api.POST('/me/stop-payment')),
    onSuccess: () => {
      notice(say('security.stopped'));
      return refresh();
    },
  });
  const ask = async () => {
    if (
      await sure({
        title: say('security.stop_sure'),
        text: say('security.stop_text'),
        yes: say('security.stop_go'),
        no: say('back'),
      })
    ) {
      stopping.mutate();
    }
  };
  const isOwn = by === 'owner' || by === 'both';
  return (
    <section className="panel" aria-labelledby="stop">
      <h2 id="stop">{say('security.stop')}</h2>
      <p className="quiet">{say('security.stop_text')}</p>
      {(by === 'operator' || by === 'both') && <p className="warning">{say('security.stopped_by_operator')}</p>}
      {isOwn && <p className="warning">{say('security.stopped')}</p>}
      <Wrong thrown={stopping.error} />
      {isOwn ? (
        <Button block color="primary" onClick={() => setAsking(true)}>
          {say('security.lift')}
        </Button>
      ) : (
        <Button block color="danger" fill="outline" loading={stopping.isPending} onClick={() => void ask()}>
          {say('security.stop_go')}
        </Button>
      )}
      {isAsking && (
        <PasswordSheet
          byPassword={pay_password => told(api.DELETE('/me/stop-payment', { body: { pay_password } }))}
          onDone={() => {
            setAsking(false);
            notice(say('security.lifted'));
            void refresh();
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function Devices({ sessions }: { sessions: readonly Session[] }) {
  const { say, shortly } = useShown();
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: (id: string) => told(api.DELETE('/sessions/{id}', { params: { path: { id } } })),
    onSuccess: () => {
      notice(say('security.session_ended'));
      return client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  });
  const ask = async (id: string, title: string) => {
    if (await sure({ title, yes: say('security.end_session'), no: say('back') })) {
      ending.mutate(id);
    }
  };
  const nameOf = (session: Session) => session.device || say('security.unnamed');
  return (
    <>
      <ul>
        {sessions.map(session => (
          <li key={session.id} className="row">
            <span className="grow">
              <span className="row-title">{nameOf(session)}</span>
              <span className="quiet">{say('security.seen_at', { at: shortly(session.seen_at) })}</span>
            </span>
            {session.current ? (
              <span className="state done">{say('security.this_device')}</span>
            ) : (
              <Button
                size="small"
                aria-label={`${say('security.end_session')} ${nameOf(session)}`}
                onClick={() => void ask(session.id, say('security.end_sure', { device: nameOf(session) }))}
              >
                {say('security.end_session')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Wrong thrown={ending.error} />
      {sessions.length > 1 && (
        <Button block loading={ending.isPending} onClick={() => void ask('others', say('security.end_others_sure'))}>
          {say('security.end_others')}
        </Button>
      )}
    </>
  );
}

export function Security() {
  const { say } = useShown();
  const me = useQuery(meQuery);
  const sessions = useQuery(sessionsQuery);
  return (
    <Page title={say('security.title')} up="/me">
      <Loaded query={me}>{found => <Stop by={found.payments_stopped_by} />}</Loaded>
      <section className="panel list" aria-labelledby="passwords">
        <h2 id="passwords">{say('security.passwords')}</h2>
        <ul>
          <LinkRow to="/reset/$which" params={{ which: 'login' }} title={say('reset.login_title')} />
          <LinkRow to="/reset/$which" params={{ which: 'pay' }} title={say('reset.pay_title')} />
        </ul>
      </section>
      <Passkeys />
      <section className="panel list">
        <ul>
          <LinkRow to="/limits" title={say('limits.title')} />
          <LinkRow to="/export" title={say('export.title')} />
        </ul>
      </section>
      <section className="panel" aria-labelledby="devices">
        <h2 id="devices">{say('security.sessions')}</h2>
        <Loaded query={sessions}>{found => <Devices sessions={found} />}</Loaded>
      </section>
    </Page>
  );
}

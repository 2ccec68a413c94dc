// /apps: the apps of the merchant, and the exchange of their keys.
import { Button } from '@kit/desk/Button';
import { CodeBlock, Copy, keepFile } from '@kit/desk/CodeBlock';
import { Badge, Code, KeyValues, Moment } from '@kit/desk/facts';
import { Icon } from '@kit/desk/Icon';
import { Page, Section } from '@kit/desk/Page';
import { Empty, Loaded, Wrong } from '@kit/desk/states';
import { Table } from '@kit/desk/Table';
import { notice } from '@kit/notices';
import { sure } from '@kit/sure';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { calls, type App } from '../calls';
import { AddKey } from '../parts/AddKey';
import { appsQuery, refresh } from '../queries';
import { May, useSeller } from '../seller';
import { useShown } from '../shown';

interface Moving {
  number: number;
  to: 'promote' | 'retire';
}

function Keys({ of }: { of: App }) {
  const { say, named } = useShown();
  const { id, may } = useSeller();
  const client = useQueryClient();
  const moving = useMutation({
    mutationFn: ({ number, to }: Moving) => calls.moveKey(id, of.app_id, number, to),
    onSuccess: (_, { to }) => notice(say(to === 'promote' ? 'apps.promoted' : 'apps.retired')),
    onSettled: () => refresh(client, id, 'apps'),
  });
  const move = async ({ number, to }: Moving) => {
    const yes = say(`apps.${to}`);
    const text = say(`apps.${to}_sure`, { number });
    if (await sure({ title: yes, text, yes, no: say('desk.cancel'), isGrave: to === 'retire' })) {
      moving.mutate({ number, to });
    }
  };
  // With one key alone there is nothing to retire: a call must be able to be signed.
  const isExchanging = may('set_apps') && of.keys.filter(key => key.state !== 'retired').length > 1;
  return (
    <>
      <Wrong thrown={moving.error} />
      <Table
        label={say('apps.keys')}
        rows={of.keys}
        rowKey={key => String(key.number)}
        columns={[
          { head: say('apps.number'), cell: key => key.number },
          {
            head: say('apps.state'),
            cell: key => (
              <Badge tone={key.state === 'current' ? 'good' : key.state === 'second' ? 'accent' : 'plain'}>
                {named('key_state', key.state)}
              </Badge>
            ),
          },
          {
            head: say('apps.key'),
            cell: key => (
              <span className="with-copy">
                <Code>{`${key.public_key.slice(0, 12)}…${key.public_key.slice(-16)}`}</Code>{' '}
                <Copy text={key.public_key} />
              </span>
            ),
          },
          { head: say('apps.since'), cell: key => <Moment at={key.added_at} /> },
          {
            head: say('desk.to_do'),
            isUnnamed: true,
            isEnd: true,
            cell: key =>
              isExchanging &&
              key.state !== 'retired' && (
                <span className="files">
                  {key.state === 'second' && (
                    <Button isSmall onClick={() => void move({ number: key.number, to: 'promote' })}>
                      {say('apps.promote')}
                    </Button>
                  )}
                  <Button isSmall kind="danger" onClick={() => void move({ number: key.number, to: 'retire' })}>
                    {say('apps.retire')}
                  </Button>
                </span>
              ),
          },
        ]}
      />
    </>
  );
}

function OneApp({ of }: { of: App }) {
  const { say, named } = useShown();
  const { may } = useSeller();
  const [isAdding, setAdding] = useState(false);
  const { certificates } = of;
  const files = certificates
    ? [
        { label: say('apps.root'), name: 'alipayRootCert.crt', text: certificates.root },
        { label: say('apps.platform'), name: 'alipayCertPublicKey_RSA2.crt', text: certificates.platform },
        { label: say('apps.app'), name: `appCertPublicKey_${of.app_id}.crt`, text: certificates.app },
      ].flatMap(({ text, ...file }) => (text === null ? [] : [{ ...file, text }]))
    : [];
  return (
    <Section
      title={say('apps.named', { id: of.app_id })}
      actions={
        may('set_apps') && (
          <Button onClick={() => setAdding(true)}>
            <Icon name="plus" size={16} />
            {say('apps.add')}
          </Button>
        )
      }
    >
      <KeyValues
        of={[
          {
            name: say('apps.id'),
            value: (
              <span className="with-copy">
                <Code>{of.app_id}</Code> <Copy text={of.app_id} />
              </span>
            ),
          },
          {
            name: say('apps.mode'),
            value: (
              <>
                {named('app_mode', of.mode)} · {of.sign_type}{' '}
                <Badge tone={of.status === 'online' ? 'good' : 'bad'}>{named('app_status', of.status)}</Badge>
              </>
            ),
          },
          {
            name: say('apps.gateway'),
            value: (
              <span className="with-copy">
                <Code>{of.gateway_url}</Code> <Copy text={of.gateway_url} />
              </span>
            ),
          },
          files.length > 0 && {
            name: say('apps.certificates'),
            value: (
              <span className="files">
                {files.map(file => (
                  <Button key={file.name} isSmall onClick={() => keepFile(file.name, file.text)}>
                    <Icon name="download" size={16} />
                    {file.label}
                  </Button>
                ))}
              </span>
            ),
          },
        ]}
      />
      <CodeBlock label={say('apps.platform_key')} text={of.platform_public_key} />
      <h3>{say('apps.keys')}</h3>
      <p className="quiet">{say('apps.keys_text')}</p>
      <Keys of={of} />
      {isAdding && <AddKey app={of} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function List() {
  const { say } = useShown();
  const { id } = useSeller();
  return (
    <Loaded query={useQuery(appsQuery(id))} lines={8}>
      {apps =>
        apps.length === 0 ? <Empty words={say('apps.none')} /> : apps.map(app => <OneApp key={app.app_id} of={app} />)
      }
    </Loaded>
  );
}

export function Apps() {
  const { say } = useShown();
  return (
    <Page title={say('apps.title')}>
      <May act="see_apps">
        <List />
      </May>
    </Page>
  );
}

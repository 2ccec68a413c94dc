// What a developer begins with: where the gateway is, with which keys, and what to paste.
import { Button } from '@kit/desk/Button';
import { CodeBlock, Copy } from '@kit/desk/CodeBlock';
import { Badge, Code, KeyValues } from '@kit/desk/facts';
import { ChoiceField } from '@kit/desk/fields';
import { Icon } from '@kit/desk/Icon';
import { Page, Section } from '@kit/desk/Page';
import { Loaded, Note } from '@kit/desk/states';
import { Tabs } from '@kit/desk/Tabs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { App, Demo, NewApp } from '../calls';
import { NewAppDialog } from '../parts/NewAppDialog';
import { NewAppKeys } from '../parts/NewAppKeys';
import { demoQuery, snippetsQuery } from '../queries';
import { useShown } from '../shown';

/** What a language calls itself. */
const NAMES: Record<string, string> = { python: 'Python', node: 'Node.js', java: 'Java', go: 'Go', php: 'PHP' };

/** An address or a path, with the button that copies it. */
function Copied({ text }: { text: string }) {
  return (
    <span className="copied">
      <Code>{text}</Code> <Copy text={text} />
    </span>
  );
}

function Addresses({ demo }: { demo: Demo }) {
  const { say } = useShown();
  return (
    <Section title={say('start.addresses')}>
      <KeyValues
        of={[
          { name: say('start.gateway'), value: <Copied text={demo.gateway} /> },
          demo.gateway_port_80 !== null && {
            name: say('start.port_80'),
            value: <Copied text={demo.gateway_port_80} />,
          },
          { name: say('start.v3'), value: <Copied text={demo.base_url} /> },
          { name: say('start.api'), value: <Copied text={demo.sandbox} /> },
        ]}
      />
    </Section>
  );
}

/** Whether snippets can name the files of an app. */
const hasSnippets = ({ mode, sign_type: signType, files }: App) =>
  mode === 'key' && signType === 'RSA2' && 'private_key_pkcs1_text' in files;

function Snippets({ demo, app }: { demo: Demo; app: App }) {
  const { say } = useShown();
  const [language, setLanguage] = useState(demo.languages[0] ?? '');
  const isThere = hasSnippets(app) && language !== '';
  const snippets = useQuery({ ...snippetsQuery(language, app.app_id), enabled: isThere });
  return (
    <Section title={say('start.snippets')}>
      {isThere ? (
        <>
          <p className="quiet">{say('start.snippets_text')}</p>
          <Tabs
            label={say('start.language')}
            tabs={demo.languages.map(name => ({ name, label: NAMES[name] ?? name }))}
            chosen={language}
            onChoose={setLanguage}
          >
            <Loaded query={snippets}>
              {data => (
                <div className="stack">
                  {data.snippets.map(({ title, code }) => (
                    <CodeBlock key={title} label={title} text={code} />
                  ))}
                </div>
              )}
            </Loaded>
          </Tabs>
        </>
      ) : (
        <Note>{say('start.no_snippets')}</Note>
      )}
    </Section>
  );
}

function OneApp({ app }: { app: App }) {
  const { say, named } = useShown();
  return (
    <>
      <KeyValues
        of={[
          { name: 'app_id', value: <Copied text={app.app_id} /> },
          { name: say('start.seller'), value: `${app.seller_name} · ${app.seller_login}` },
          { name: 'seller_id', value: <Copied text={app.seller_id} /> },
          {
            name: say('start.mode'),
            value: (
              <span className="badges">
                <Badge tone="accent">{named('mode', app.mode)}</Badge>
                <Badge>{app.sign_type}</Badge>
                <Badge>{named('profile', app.profile)}</Badge>
              </span>
            ),
          },
        ]}
      />
      {app.platform_public_key !== null && app.mode === 'key' && (
        <CodeBlock label={say('start.platform_key')} text={app.platform_public_key} file={`platform-${app.app_id}.txt`} />
      )}
      <details className="files">
        <summary>{say('start.files')}</summary>
        <p className="quiet">{say('start.files_text')}</p>
        <KeyValues
          of={Object.entries(app.files).map(([name, path]) => ({
            name: named('file', name),
            value: <Copied text={path} />,
          }))}
        />
      </details>
    </>
  );
}

function Apps({ demo, draw }: { demo: Demo; draw: () => void }) {
  const { say, named } = useShown();
  const first = demo.apps.find(hasSnippets) ?? demo.apps[0];
  const [chosen, setChosen] = useState(first?.app_id ?? '');
  const app = demo.apps.find(one => one.app_id === chosen) ?? first;
  const actions = (
    <Button isSmall onClick={draw}>
      <Icon name="plus" size={16} />
      {say('start.draw')}
    </Button>
  );
  return (
    <>
      <Section title={say('start.keys')} actions={actions}>
        {demo.apps.length > 1 && (
          <ChoiceField
            label={say('app')}
            value={app?.app_id ?? ''}
            onValue={setChosen}
            options={demo.apps.map(one => ({
              value: one.app_id,
              label: `${one.app_id} · ${one.seller_name} · ${named('mode', one.mode)} · ${one.sign_type}`,
            }))}
          />
        )}
        {app ? <OneApp app={app} /> : <p className="quiet">{say('start.no_apps')}</p>}
      </Section>
      {app && <Snippets key={app.app_id} demo={demo} app={app} />}
    </>
  );
}

export function Start() {
  const { say } = useShown();
  const demo = useQuery(demoQuery);
  const [isDrawing, setDrawing] = useState(false);
  const [drawn, setDrawn] = useState<NewApp | null>(null);
  return (
    <Page title={say('start.title')} text={say('start.text')}>
      {drawn && <NewAppKeys app={drawn} onClose={() => setDrawn(null)} />}
      <Loaded query={demo} lines={8}>
        {data => (
          <>
            <Addresses demo={data} />
            <Apps demo={data} draw={() => setDrawing(true)} />
            {isDrawing && (
              <NewAppDialog
                apps={data.apps}
                onClose={() => setDrawing(false)}
                onDrawn={app => {
                  setDrawing(false);
                  setDrawn(app);
                }}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

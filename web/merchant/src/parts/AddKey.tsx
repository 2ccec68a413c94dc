// A new key of an app: drawn here, or pasted. The private key leaves this page only as a file that somebody keeps.
import { Button } from '@kit/desk/Button';
import { CodeBlock, keepFile } from '@kit/desk/CodeBlock';
import { Dialog } from '@kit/desk/Dialog';
import { LongField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Icon } from '@kit/desk/Icon';
import { Note } from '@kit/desk/states';
import { Tabs } from '@kit/desk/Tabs';
import { notice } from '@kit/notices';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { calls, type App } from '../calls';
import { drawKeys, keysCanBeDrawn, pemOf, publicKeyIn, type KeyPair } from '../keys';
import { refresh } from '../queries';
import { useSeller } from '../seller';
import { useShown } from '../shown';
import { PasswordField } from './PasswordField';

interface Props {
  app: App;
  onClose: () => void;
}

function useRegister({ app, onClose }: Props) {
  const { say } = useShown();
  const { id } = useSeller();
  const client = useQueryClient();
  return {
    go: say('apps.register'),
    send: (key: string, password: string) => () => calls.addKey(id, app.app_id, key, password),
    onDone: () => {
      notice(say('apps.registered'));
      refresh(client, id, 'apps');
      onClose();
    },
    // Nobody knows whether it is registered when no answer came: the list tells.
    onWrong: () => refresh(client, id, 'apps'),
  };
}

function Paste(props: Props) {
  const { say } = useShown();
  const [text, setText] = useState('');
  const [password, setPassword] = useState('');
  const { send, ...form } = useRegister(props);
  const key = publicKeyIn(text);
  const isWrong = text.trim() !== '' && key === null;
  return (
    <Form {...form} isReady={key !== null && password !== ''} send={send(key ?? '', password)}>
      <LongField
        label={say('apps.paste')}
        value={text}
        onValue={setText}
        name="public_key"
        rows={8}
        isCode
        text={say('apps.paste_text')}
        {...(isWrong ? { wrong: say('apps.paste_wrong') } : {})}
      />
      <PasswordField value={password} onValue={setPassword} />
    </Form>
  );
}

function Draw(props: Props) {
  const { say } = useShown();
  const [pair, setPair] = useState<KeyPair | null>(null);
  const [isDrawing, setDrawing] = useState(false);
  const [isKept, setKept] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const [password, setPassword] = useState('');
  const { send, ...form } = useRegister(props);
  if (!props.app.sign_type.startsWith('RSA')) {
    return <Note tone="warn">{say('apps.draw_rsa', { kind: props.app.sign_type })}</Note>;
  }
  if (!keysCanBeDrawn()) {
    return <Note tone="warn">{say('apps.draw_not')}</Note>;
  }
  if (!pair) {
    const draw = () => {
      setDrawing(true);
      setBroken(false);
      void drawKeys()
        .then(setPair)
        .catch(() => setBroken(true))
        .finally(() => setDrawing(false));
    };
    return (
      <>
        <p>{say('apps.draw_text')}</p>
        {isBroken && (
          <p role="alert" className="wrong">
            {say('apps.draw_failed')}
          </p>
        )}
        <Button kind="primary" isBusy={isDrawing} onClick={draw}>
          {say('apps.draw_go')}
        </Button>
      </>
    );
  }
  const files = [
    { label: say('apps.java'), name: `app_${props.app.app_id}_private_java.txt`, text: pair.javaKey },
    { label: say('apps.plain'), name: `app_${props.app.app_id}_private_pkcs1.txt`, text: pair.plainKey },
    { label: say('apps.pem'), name: `app_${props.app.app_id}_private.pem`, text: pemOf('PRIVATE KEY', pair.javaKey) },
  ];
  return (
    <Form {...form} isReady={isKept && password !== ''} send={send(pair.publicKey, password)}>
      <p>{say('apps.draw_text')}</p>
      <div className="stack-small">
        {files.map(file => (
          <Button
            key={file.name}
            onClick={() => {
              keepFile(file.name, file.text);
              setKept(true);
            }}
          >
            <Icon name="download" size={16} />
            {file.label}
          </Button>
        ))}
      </div>
      <CodeBlock label={say('apps.public')} text={pair.publicKey} file={`app_${props.app.app_id}_public.txt`} />
      {!isKept && <p className="quiet">{say('apps.save_first')}</p>}
      <PasswordField value={password} onValue={setPassword} />
    </Form>
  );
}

export function AddKey(props: Props) {
  const { say } = useShown();
  const [way, setWay] = useState<'draw' | 'paste'>('draw');
  return (
    <Dialog title={say('apps.add')} onClose={props.onClose} isWide>
      <Tabs
        label={say('apps.add')}
        tabs={[
          { name: 'draw', label: say('apps.draw') },
          { name: 'paste', label: say('apps.paste') },
        ]}
        chosen={way}
        onChoose={setWay}
      >
        <div className="stack">{way === 'draw' ? <Draw {...props} /> : <Paste {...props} />}</div>
      </Tabs>
    </Dialog>
  );
}

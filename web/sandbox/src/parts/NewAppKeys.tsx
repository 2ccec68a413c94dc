// The keys of an app that was opened just now. The platform tells the private one this once and keeps none of it.
import { Button } from '@kit/desk/Button';
import { CodeBlock } from '@kit/desk/CodeBlock';
import { Section } from '@kit/desk/Page';
import { Note } from '@kit/desk/states';
import { sure } from '@kit/sure';
import type { NewApp } from '../calls';
import { useShown } from '../shown';

const PARTS = [
  ['private_key_pkcs8', 'private_pkcs8.pem'],
  ['private_key_pkcs1', 'private_pkcs1.pem'],
  ['private_key_sec1', 'private_sec1.pem'],
  ['platform_public_key', 'platform_public_key.txt'],
  ['app_cert', 'app_cert.crt'],
  ['platform_cert', 'platform_cert.crt'],
  ['root_cert', 'root_cert.crt'],
  ['aes_key', 'aes_key.txt'],
] as const;

export function NewAppKeys({ app, onClose }: { app: NewApp; onClose: () => void }) {
  const { say, named } = useShown();
  const close = async () => {
    const words = { title: say('drawn.leave'), text: say('drawn.leave_text'), yes: say('drawn.leave_yes'), no: say('desk.back') };
    if (await sure({ ...words, isGrave: true })) {
      onClose();
    }
  };
  return (
    <Section title={say('drawn.title', { app: app.app_id })} actions={<Button onClick={() => void close()}>{say('drawn.done')}</Button>}>
      <Note tone="warn">{say('drawn.text')}</Note>
      {PARTS.map(([part, file]) => {
        const text = app[part];
        return text && <CodeBlock key={part} label={named('file', part)} text={text} file={`${app.app_id}-${file}`} />;
      })}
    </Section>
  );
}

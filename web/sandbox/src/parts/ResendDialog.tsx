// Sends a notification once more, as it was or forged, and says what the shop made of it.
import { Dialog } from '@kit/desk/Dialog';
import { Field, RadioField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Note } from '@kit/desk/states';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { calls, FORGERIES, type LetterEnd, type Notice } from '../calls';
import { useShown } from '../shown';

const KINDS = ['', ...FORGERIES] as const;

function Ended({ ended, isForged }: { ended: LetterEnd; isForged: boolean }) {
  const { say } = useShown();
  const isGood = ended.delivered !== isForged;
  const words = ended.delivered
    ? say(isForged ? 'again.took_forgery' : 'again.taken', { ms: ended.took_ms })
    : say(isForged ? 'again.refused_forgery' : 'again.not_taken', { error: ended.error ?? '' });
  return <Note tone={isGood ? 'good' : 'bad'}>{words}</Note>;
}

export function ResendDialog({ notice, onClose }: { notice: Notice; onClose: () => void }) {
  const { say, named } = useShown();
  const client = useQueryClient();
  const [forge, setForge] = useState<(typeof KINDS)[number]>('');
  const [url, setUrl] = useState(notice.url);
  const [told, setTold] = useState<{ ended: LetterEnd; isForged: boolean } | null>(null);
  return (
    <Dialog title={say('again.title')} onClose={onClose}>
      <Form
        go={say('again.go')}
        isReady={url.trim() !== ''}
        send={() => calls.resend(notice.notify_id, url.trim() === notice.url ? '' : url.trim(), forge)}
        onDone={({ ended }) => {
          setTold({ ended, isForged: forge !== '' });
          void client.invalidateQueries();
        }}
        onWrong={() => setTold(null)}
      >
        <p className="quiet">{say('again.text')}</p>
        <Field label={say('inbox.url')} value={url} onValue={setUrl} name="url" type="url" spellCheck={false} />
        <RadioField
          label={say('again.how')}
          text={say('again.how_text')}
          value={forge}
          onValue={setForge}
          options={KINDS.map(kind => ({ value: kind, label: named('forge', kind || 'none') }))}
        />
        {told && <Ended {...told} />}
      </Form>
    </Dialog>
  );
}

// /doctor: what is wrong with the signature of a request.
import { CodeBlock } from '@kit/desk/CodeBlock';
import { LongField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Page, Section } from '@kit/desk/Page';
import { Note } from '@kit/desk/states';
import { useState } from 'react';
import { calls, type Diagnosis } from '../calls';
import { May, useSeller } from '../seller';
import { useShown } from '../shown';

function Told({ of }: { of: Diagnosis }) {
  const { say, language } = useShown();
  const { mistake, difference } = of;
  const isChinese = language === 'zh-CN';
  return (
    <Section>
      <div role="status">
        {of.is_right ? (
          <Note tone="good">
            <strong>{say('doctor.right')}</strong>
            <p>{say('doctor.right_text')}</p>
          </Note>
        ) : (
          mistake && (
            <Note tone="bad">
              <p>
                <strong>{isChinese ? mistake.advice : mistake.advice_en}</strong>
              </p>
              {mistake.parameter && (
                <p>
                  {say('doctor.parameter')}: <code>{mistake.parameter}</code>
                </p>
              )}
            </Note>
          )
        )}
      </div>
      {of.expected !== null && <CodeBlock label={say('doctor.expected')} text={of.expected} />}
      {difference && (
        <div className="columns">
          <CodeBlock label={say('doctor.ours')} text={difference.ours} />
          <CodeBlock label={say('doctor.yours')} text={difference.yours} />
        </div>
      )}
      {of.rebuilt && <CodeBlock label={say('doctor.rebuilt')} text={of.rebuilt} />}
      {of.verifying !== null && <CodeBlock label={say('doctor.verifying')} text={of.verifying} />}
    </Section>
  );
}

function Ask() {
  const { say } = useShown();
  const { id } = useSeller();
  const [request, setRequest] = useState('');
  const [key, setKey] = useState('');
  const [told, setTold] = useState<Diagnosis | null>(null);
  return (
    <>
      <Section>
        <Form
          go={say('doctor.go')}
          isReady={request.trim() !== ''}
          send={() => calls.doctor(id, { request: request.trim(), key: key.trim() || null })}
          onDone={setTold}
          onWrong={() => setTold(null)}
        >
          <LongField
            label={say('doctor.request')}
            text={say('doctor.request_text')}
            value={request}
            onValue={setRequest}
            name="request"
            rows={8}
            isCode
          />
          <LongField label={say('doctor.key')} value={key} onValue={setKey} name="key" rows={3} isCode />
        </Form>
      </Section>
      {told && <Told of={told} />}
    </>
  );
}

export function Doctor() {
  const { say } = useShown();
  return (
    <Page title={say('doctor.title')} text={say('doctor.text')}>
      <May act="see_apps">
        <Ask />
      </May>
    </Page>
  );
}

// One call: what arrived, the text that the gateway verified, what it answered, and what was wrong.
import { addressOf } from '@kit/api/client';
import { CodeBlock, Copy } from '@kit/desk/CodeBlock';
import { Badge, Code, KeyValues, Moment } from '@kit/desk/facts';
import { Page, Section } from '@kit/desk/Page';
import { Loaded, Note } from '@kit/desk/states';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { pretty } from '../answer';
import type { SeenWhole } from '../calls';
import { Ended, Signature } from '../parts/badges';
import { Compare } from '../parts/Compare';
import { requestQuery } from '../queries';
import { useShown } from '../shown';

/** From so many signs on a value has a button that copies it. */
const COPIED_FROM = 40;

function Facts({ of }: { of: SeenWhole }) {
  const { say, took } = useShown();
  return (
    <Section title={say('request.facts')}>
      <KeyValues
        of={[
          { name: say('requests.ended'), value: <Ended of={of} /> },
          of.sub_msg !== null && { name: 'sub_msg', value: of.sub_msg },
          { name: 'code', value: of.code && <Code>{of.code}</Code> },
          { name: 'HTTP', value: `${of.verb} · ${of.status ?? say('requests.no_answer')}` },
          { name: say('requests.interface'), value: of.interface },
          { name: 'app_id', value: of.app_id && <Code>{of.app_id}</Code> },
          { name: 'sign_type', value: of.sign_type && <Code>{of.sign_type}</Code> },
          { name: say('requests.at'), value: <Moment at={of.at} isWhole /> },
          { name: say('requests.took'), value: took(of.took_us) },
          { name: 'trace_id', value: of.trace_id && <Code>{of.trace_id}</Code> },
          of.fault !== null && { name: say('request.fault'), value: <Badge tone="wait">{of.fault}</Badge> },
        ]}
      />
    </Section>
  );
}

function Mistake({ of }: { of: SeenWhole }) {
  const { say, either } = useShown();
  if (of.mistake === null) {
    return null;
  }
  return (
    <Note tone="bad">
      <p>
        <strong>
          <Code>{of.mistake.name}</Code>
        </strong>
      </p>
      <p>{either(of.mistake.advice_zh, of.mistake.advice)}</p>
      <p>
        <a href={addressOf('sandbox/doctor')} target="_blank" rel="noreferrer">
          {say('request.doctor')}
        </a>
      </p>
    </Note>
  );
}

function ToSign({ of }: { of: SeenWhole }) {
  const { say, number } = useShown();
  const text = of.string_to_sign;
  return (
    <Section title={say('request.to_sign')}>
      {text === null ? (
        <p className="quiet">{say('request.no_text')}</p>
      ) : (
        <>
          <p className="quiet">
            {say('request.to_sign_text', { bytes: number(text.bytes) })} {text.masked && say('request.masked')}{' '}
            {text.cut && say('request.cut')}
          </p>
          <CodeBlock label={say('request.ours')} text={text.text} file={`string-to-sign-${of.number}.txt`} />
          <Compare ours={text.text} bytes={text.bytes} isCut={text.cut} isMasked={text.masked} />
        </>
      )}
    </Section>
  );
}

function Parameters({ of }: { of: SeenWhole }) {
  const { say } = useShown();
  return (
    <Section title={say('request.parameters')}>
      {of.parameters.length === 0 ? (
        <p className="quiet">{say('request.no_parameters')}</p>
      ) : (
        <KeyValues
          of={of.parameters.map(({ name, value, cut }) => ({
            name,
            value: (
              <span className="parameter">
                <Code>{value}</Code> {cut && <Badge tone="wait">{say('request.is_cut')}</Badge>}
                {value.length > COPIED_FROM && <Copy text={value} />}
              </span>
            ),
          }))}
        />
      )}
      {of.parameters_cut && <p className="quiet">{say('request.more_parameters')}</p>}
    </Section>
  );
}

function Answer({ of }: { of: SeenWhole }) {
  const { say, named } = useShown();
  return (
    <Section title={say('request.answer')} actions={<Badge>{named('answer', of.answer_kind)}</Badge>}>
      {of.answer.text === '' ? (
        <p className="quiet">{named('answer_text', of.answer_kind)}</p>
      ) : (
        <CodeBlock label={say('request.answer')} text={of.answer_kind === 'json' ? pretty(of.answer.text) : of.answer.text} />
      )}
      {of.answer.cut && <p className="quiet">{say('request.cut')}</p>}
    </Section>
  );
}

export function OneRequest() {
  const { say } = useShown();
  const { number } = useParams({ from: '/shell/requests/$number' });
  const query = useQuery(requestQuery(number));
  const { data } = query;
  return (
    <Page
      title={data?.method ?? say('request.title', { number })}
      up={{ to: '/requests', label: say('requests.title') }}
      beside={data && <Signature of={data.signature} />}
      text={data && say('request.title', { number })}
    >
      <Loaded query={query} lines={8}>
        {of => (
          <>
            <Mistake of={of} />
            <div className="columns main-side">
              <div className="stack">
                <ToSign of={of} />
                <Parameters of={of} />
                <Answer of={of} />
              </div>
              <div className="stack facts">
                <Facts of={of} />
              </div>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

// /applications/:login: what was handed in, what is known, and what is decided about it. Each look is noted.
import { addressOf } from '@kit/api/client';
import { Button } from '@kit/desk/Button';
import { Badge, KeyValues, Moment } from '@kit/desk/facts';
import { Dialog } from '@kit/desk/Dialog';
import { CheckField, LongField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { Page, Section } from '@kit/desk/Page';
import { Loaded, Note, Wrong } from '@kit/desk/states';
import { notice } from '@kit/notices';
import { asProblem } from '@kit/problem';
import { sure } from '@kit/sure';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { act } from '../calls';
import { useRenewed } from '@kit/desk/doing';
import { useMay } from '../me';
import { Allowed } from '../parts/Allowed';
import { PartyLink, Who } from '../parts/links';
import { noted } from '../queries';
import { useShown } from '../shown';
import { toneOf } from '../tones';
import type { ApplicationKnown } from '../told';

const route = getRouteApi('/shell/applications/$login');

/** Why an application is turned down. */
const REASONS = [
  'document_unreadable',
  'document_expired',
  'data_differs',
  'site_incomplete',
  'trade_not_allowed',
  'industry_licence_missing',
] as const;

/** Characters of a note, at most. */
const NOTE_MAX = 200;

type Step = 'claim' | 'pass' | 'reject' | 'suspend' | 'resume' | 'unsign';

/** What can be done where an application stands. The platform decides; these are the buttons that make sense. */
const STEPS: Record<string, readonly Step[]> = {
  AUDITING: ['claim', 'pass', 'reject'],
  SIGNED: ['suspend', 'unsign'],
  SUSPENDED: ['resume', 'unsign'],
};

const REVIEWS: readonly Step[] = ['claim', 'pass', 'reject'];

const queryOf = (login: string) => noted('/ops/applications/{login}', { path: { login } });

/** Does a step, and looks again: also when no answer came, because then nobody knows whether it was done. */
function useStep(login: string, onDone?: () => void) {
  const { say } = useShown();
  const client = useQueryClient();
  const renew = useRenewed();
  const again = () => {
    void client.invalidateQueries({ queryKey: queryOf(login).queryKey });
    void renew();
  };
  return useMutation({
    mutationFn: ({ step, reasons = [], note = null }: { step: Step; reasons?: string[]; note?: string | null }) =>
      act('/ops/applications/{login}/{act}', { reasons, note }, { login, act: step }),
    onSuccess: () => {
      notice(say('application.done'));
      again();
      onDone?.();
    },
    onError: thrown => {
      if (asProblem(thrown).isUnknown || asProblem(thrown).status === 409) {
        again();
      }
    },
  });
}

function Reject({ login, onClose }: { login: string; onClose: () => void }) {
  const { say, named } = useShown();
  const [reasons, setReasons] = useState<readonly string[]>([]);
  const [note, setNote] = useState('');
  const step = useStep(login, onClose);
  const toggle = (reason: string, isOn: boolean) =>
    setReasons(REASONS.filter(one => (one === reason ? isOn : reasons.includes(one))));
  return (
    <Dialog title={say('application.reject')} onClose={onClose}>
      <Form
        go={say('application.reject')}
        isDanger
        isReady={reasons.length > 0}
        beside={<Button onClick={onClose}>{say('desk.cancel')}</Button>}
        send={() => step.mutateAsync({ step: 'reject', reasons: [...reasons], note: note.trim() || null })}
        onDone={() => undefined}
      >
        <fieldset className="field">
          <legend>{say('application.reasons')}</legend>
          {REASONS.map(reason => (
            <CheckField
              key={reason}
              label={named('reject', reason)}
              checked={reasons.includes(reason)}
              onValue={isOn => toggle(reason, isOn)}
            />
          ))}
        </fieldset>
        <LongField label={say('application.note')} name="note" maxLength={NOTE_MAX} value={note} onValue={setNote} />
      </Form>
    </Dialog>
  );
}

function Steps({ of: found }: { of: ApplicationKnown }) {
  const { say, roles } = useShown();
  const may = useMay();
  const [isRejecting, setRejecting] = useState(false);
  const step = useStep(found.login);
  const steps = STEPS[found.state] ?? [];
  if (steps.length === 0) {
    return null;
  }
  const actOf = (one: Step) => (REVIEWS.includes(one) ? 'review_merchant' : 'suspend_merchant');
  const open = steps.filter(one => may(actOf(one)));
  const begin = async (one: Step) => {
    if (one === 'reject') {
      setRejecting(true);
      return;
    }
    const isGrave = one === 'suspend' || one === 'unsign';
    const title = say('application.sure', { act: say(`application.${one}`), name: found.name });
    if (one === 'claim' || (await sure({ title, yes: say(`application.${one}`), no: say('desk.cancel'), isGrave }))) {
      step.mutate({ step: one });
    }
  };
  return (
    <Section title={say('application.acts')}>
      {open.length === 0 && steps[0] && <Note>{say('not_allowed', { roles: roles(actOf(steps[0])) })}</Note>}
      <div className="actions">
        {open.map(one => (
          <Button
            key={one}
            kind={one === 'pass' ? 'primary' : one === 'claim' || one === 'resume' ? 'plain' : 'danger'}
            isBusy={step.isPending}
            onClick={() => void begin(one)}
          >
            {say(`application.${one}`)}
          </Button>
        ))}
      </div>
      <Wrong thrown={step.error} />
      {isRejecting && <Reject login={found.login} onClose={() => setRejecting(false)} />}
    </Section>
  );
}

function Documents({ of: found }: { of: ApplicationKnown }) {
  const { say, named, list } = useShown();
  const address = (kind: string) =>
    addressOf(`api/v1/ops/applications/${encodeURIComponent(found.login)}/documents/${kind}`);
  return (
    <Section title={say('application.documents')}>
      <ul className="documents">
        {found.documents.map(kind => (
          <li key={kind}>
            <a href={address(kind)} target="_blank" rel="noreferrer">
              {say('application.document', { name: named('document', kind) })}
            </a>
          </li>
        ))}
      </ul>
      {found.documents_missing.length > 0 && (
        <Note tone="warn">
          {say('application.missing')}: {list(found.documents_missing.map(kind => named('document', kind)))}
        </Note>
      )}
    </Section>
  );
}

/** What is known by name, member by member, whatever its members are called. */
function Known({ of: known }: { of: Record<string, unknown> }) {
  const { say, named } = useShown();
  const told = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
  return (
    <Section title={say('application.known')}>
      <KeyValues
        of={Object.entries(known)
          .filter(([, value]) => value !== null && value !== undefined)
          .map(([name, value]) => ({ name: named('known', name), value: told(value) }))}
      />
    </Section>
  );
}

function Facts({ of: found }: { of: ApplicationKnown }) {
  const { say, named, language } = useShown();
  return (
    <Section title={say('application.facts')}>
      <KeyValues
        of={[
          { name: say('applications.name'), value: found.name },
          { name: say('kind'), value: named('app_kind', found.kind) },
          { name: say('applications.login'), value: found.login },
          { name: say('application.name_matches'), value: say(found.name_matches ? 'yes' : 'no') },
          { name: say('application.site'), value: found.site },
          { name: say('applications.reviewer'), value: found.reviewer && <Who name={found.reviewer} /> },
          found.reasons.length > 0 && {
            name: say('application.reasons'),
            value: found.reasons.map(reason => (language === 'en' ? reason.en : reason.zh)).join(' · '),
          },
          found.note !== null && { name: say('application.note'), value: found.note },
          found.seller_id !== null && { name: say('application.seller'), value: <PartyLink id={found.seller_id} /> },
          found.app_id !== null && { name: say('application.app'), value: found.app_id },
          { name: say('application.opened_at'), value: <Moment at={found.opened_at} isWhole /> },
          { name: say('applications.changed_at'), value: <Moment at={found.changed_at} isWhole /> },
        ]}
      />
    </Section>
  );
}

function Whole({ login }: { login: string }) {
  const application = useQuery(queryOf(login));
  return (
    <Loaded query={application} lines={8}>
      {found => (
        <>
          {!found.name_matches && <NameNote />}
          <div className="columns">
            <Facts of={found} />
            <div className="stack">
              <Steps of={found} />
              <Documents of={found} />
              {found.known && <Known of={found.known} />}
            </div>
          </div>
        </>
      )}
    </Loaded>
  );
}

function NameNote() {
  const { say } = useShown();
  return (
    <Note tone="warn">
      {say('application.name_matches')}: {say('no')}
    </Note>
  );
}

function State({ login }: { login: string }) {
  const { named } = useShown();
  const state = useQuery({ ...queryOf(login), enabled: false }).data?.state;
  return state ? <Badge tone={toneOf(state)}>{named('app_state', state)}</Badge> : null;
}

export function OneApplication() {
  const { say } = useShown();
  const { login } = route.useParams();
  return (
    <Page title={login} up={{ to: '/applications', label: say('applications.title') }} beside={<State login={login} />}>
      <Allowed act="look_at_persons">
        <Whole login={login} />
      </Allowed>
    </Page>
  );
}

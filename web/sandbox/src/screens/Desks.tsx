// The other apps of this world, and who may use those that are of somebody: staff of a merchant, operators.
import { addressOf } from '@kit/api/client';
import { Page, Section } from '@kit/desk/Page';
import { Loaded } from '@kit/desk/states';
import { useQuery } from '@tanstack/react-query';
import { StaffForm } from '../parts/StaffForm';
import { demoQuery } from '../queries';
import { useShown } from '../shown';

const APPS = ['wallet', 'merchant', 'console'] as const;
const STEPS = ['look', 'pair', 'appoint'] as const;

export function Desks() {
  const { say } = useShown();
  const demo = useQuery(demoQuery);
  return (
    <Page title={say('desks.title')} text={say('desks.text')}>
      <Section title={say('desks.apps')}>
        <ul className="pages four">
          {APPS.map(app => (
            <li key={app}>
              <a href={addressOf(`app/${app}/`)}>{say(`page.${app}`)}</a>
              <span className="quiet">{say(`desks.${app}_text`)}</span>
            </li>
          ))}
          <li>
            <span>{say('desk')}</span>
            <span className="quiet">{say('desks.sandbox_text')}</span>
          </li>
        </ul>
      </Section>
      <div className="columns">
        <Section title={say('staff.title')}>
          <Loaded query={demo}>{({ apps }) => <StaffForm apps={apps} />}</Loaded>
        </Section>
        <Section title={say('pair.title')}>
          <p>{say('pair.text')}</p>
          <ol className="steps">
            {STEPS.map(step => (
              <li key={step}>{say(`pair.${step}`)}</li>
            ))}
          </ol>
          <a href={addressOf('app/console/')}>{say('pair.go')}</a>
        </Section>
      </div>
    </Page>
  );
}

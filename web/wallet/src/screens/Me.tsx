// /me: who is signed in, and everything that is set once.
import { LANGUAGES, speak, type Language, OWN_NAMES } from '@kit/languages';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { Choice } from '../parts/Choice';
import { Page } from '../parts/Page';
import { LinkRow, PlainRow } from '../parts/Row';
import { Loaded, Wrong } from '../parts/states';
import { sure } from '@kit/sure';
import { meQuery } from '../queries';
import { signOut } from '../session';
import { useShown } from '../shown';

function SignOut() {
  const { say } = useShown();
  const navigate = useNavigate();
  const leaving = useMutation({ mutationFn: signOut, onSuccess: () => navigate({ to: '/sign-in', replace: true }) });
  const ask = async () => {
    if (
      await sure({
        title: say('me.sign_out_sure'),
        text: say('me.sign_out_text'),
        yes: say('me.sign_out'),
        no: say('back'),
      })
    ) {
      leaving.mutate();
    }
  };
  return (
    <>
      <Wrong thrown={leaving.error} />
      <Button block size="large" loading={leaving.isPending} onClick={() => void ask()}>
        {say('me.sign_out')}
      </Button>
    </>
  );
}

export function Me() {
  const { say, named, language } = useShown();
  const me = useQuery(meQuery);
  return (
    <Page title={say('me.title')}>
      <Loaded query={me}>
        {found => (
          <section className="panel list">
            <ul>
              <PlainRow
                title={found.name_masked || found.login_masked}
                text={found.name_masked ? found.login_masked : undefined}
                end={named('me.class', found.class)}
              />
              <PlainRow title={say('me.user_id')} end={found.user_id} />
              <LinkRow
                to="/identity"
                title={say('me.identity')}
                end={say(found.identified ? 'me.identified' : 'me.not_identified')}
              />
            </ul>
          </section>
        )}
      </Loaded>
      <section className="panel list">
        <ul>
          <LinkRow to="/cards" title={say('cards.title')} />
          <LinkRow to="/agreements" title={say('agreements.title')} />
          <LinkRow to="/security" title={say('security.title')} />
          <LinkRow to="/limits" title={say('limits.title')} />
          <LinkRow to="/notices" title={say('notices.title')} />
          <LinkRow to="/export" title={say('export.title')} />
        </ul>
      </section>
      <section className="panel">
        <Choice
          label={say('me.language')}
          value={language as Language}
          onValue={speak}
          options={LANGUAGES.map(value => ({ value, label: OWN_NAMES[value] }))}
        />
      </section>
      <SignOut />
    </Page>
  );
}

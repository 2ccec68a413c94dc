// What this world was made from, beginning it anew, and the way to the other pages for developers.
import { addressOf } from '@kit/api/client';
import { Button } from '@kit/desk/Button';
import { Code, KeyValues, Moment } from '@kit/desk/facts';
import { Page, Section } from '@kit/desk/Page';
import { Loaded, Wrong } from '@kit/desk/states';
import { sure } from '@kit/sure';
import { useQuery } from '@tanstack/react-query';
import { calls } from '../calls';
import { useDoing } from '@kit/desk/doing';
import { worldQuery } from '../queries';
import { useShown } from '../shown';

const PAGES = [
  ['methods', 'sandbox/methods'],
  ['guide', 'sandbox'],
  ['doctor', 'sandbox/doctor'],
] as const;

export function WorldPage() {
  const { say, number } = useShown();
  const world = useQuery(worldQuery);
  const reset = useDoing({ send: () => calls.reset(), done: say('world.begun') });
  const ask = async () => {
    const words = { title: say('world.sure'), text: say('world.sure_text'), yes: say('world.reset'), no: say('desk.back') };
    if (await sure({ ...words, isGrave: true })) {
      reset.mutate(undefined);
    }
  };
  return (
    <Page title={say('world.title')} text={say('world.text')}>
      <div className="columns">
        <Section title={say('world.made')}>
          <Loaded query={world}>
            {data => (
              <KeyValues
                of={[
                  { name: say('world.name'), value: <Code>{data.name}</Code> },
                  {
                    name: say('world.seed'),
                    value: data.seed === null ? say('world.by_chance') : <Code>{String(data.seed)}</Code>,
                  },
                  { name: say('world.starts_at'), value: data.starts_at && <Moment at={data.starts_at} isWhole /> },
                  { name: say('world.resets'), value: number(data.resets) },
                ]}
              />
            )}
          </Loaded>
        </Section>
        <Section title={say('world.anew')}>
          <p>{say('world.anew_text')}</p>
          <Wrong thrown={reset.error} />
          <Button kind="danger" isBusy={reset.isPending} onClick={() => void ask()}>
            {say('world.reset')}
          </Button>
        </Section>
      </div>
      <Section title={say('world.pages')}>
        <ul className="pages">
          {PAGES.map(([page, path]) => (
            <li key={page}>
              <a href={addressOf(path)}>{say(`page.${page}`)}</a>
              <span className="quiet">{say(`page.${page}_text`)}</span>
            </li>
          ))}
        </ul>
      </Section>
    </Page>
  );
}

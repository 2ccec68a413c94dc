// /agreements: who may take money again and again, and the end of it.
import { api, told } from '@kit/api/client';
import type { Agreement } from '@kit/api/shapes';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd-mobile';
import { Lines } from '../parts/Lines';
import { notice } from '@kit/notices';
import { Page } from '../parts/Page';
import { Empty, Loaded, Wrong } from '../parts/states';
import { sure } from '@kit/sure';
import { agreementsQuery } from '../queries';
import { useShown } from '../shown';

function OneAgreement({ agreement }: { agreement: Agreement }) {
  const { say, day } = useShown();
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () => told(api.DELETE('/me/agreements/{no}', { params: { path: { no: agreement.no } } })),
    onSuccess: () => {
      notice(say('agreements.ended'));
      return client.invalidateQueries({ queryKey: agreementsQuery.queryKey });
    },
  });
  const ask = async () => {
    const title = say('agreements.end_sure', { name: agreement.merchant_name });
    if (await sure({ title, text: say('agreements.end_text'), yes: say('agreements.end'), no: say('back') })) {
      ending.mutate();
    }
  };
  return (
    <li className="panel">
      <h2>{agreement.merchant_name}</h2>
      <Lines
        of={[
          [say('agreements.signed_at'), day(agreement.signed_at)],
          [say('agreements.valid_until'), agreement.valid_until ? day(agreement.valid_until) : ''],
          [
            say('agreements.limits'),
            agreement.limits.length > 0 && (
              <ul>
                {agreement.limits.map(limit => (
                  <li key={limit}>{limit}</li>
                ))}
              </ul>
            ),
          ],
        ].map(([name, value]) => [name as string, value || ''] as const)}
      />
      <Wrong thrown={ending.error} />
      <Button
        block
        loading={ending.isPending}
        onClick={() => void ask()}
        aria-label={`${say('agreements.end')} ${agreement.merchant_name}`}
      >
        {say('agreements.end')}
      </Button>
    </li>
  );
}

export function Agreements() {
  const { say } = useShown();
  const agreements = useQuery(agreementsQuery);
  return (
    <Page title={say('agreements.title')} up="/me">
      <p className="quiet intro">{say('agreements.intro')}</p>
      <Loaded query={agreements}>
        {found =>
          found.length === 0 ? (
            <Empty words={say('agreements.none')} />
          ) : (
            <ul>
              {found.map(agreement => (
                <OneAgreement key={agreement.no} agreement={agreement} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  );
}

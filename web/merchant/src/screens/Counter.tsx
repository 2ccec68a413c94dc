// The code for the counter: printed once, and paid by whoever scans it and says how much.
import { CodePicture } from '@kit/CodePicture';
import { Button } from '@kit/desk/Button';
import { Copy, keepFile } from '@kit/desk/CodeBlock';
import { RadioField } from '@kit/desk/fields';
import { Icon } from '@kit/desk/Icon';
import { Section } from '@kit/desk/Page';
import { Loaded, Note } from '@kit/desk/states';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CounterCode } from '../calls';
import { StoreField } from '../parts/StoreField';
import { counterQuery } from '../queries';
import { useSeller } from '../seller';
import { useShown } from '../shown';

export type CodeForm = 'plain' | 'emv';
type Paper = 'a5' | 'a4';

/** What the code of a form says, and its picture; the plain one where there is no other. */
export function codeIn(of: CounterCode, form: CodeForm): { form: CodeForm; text: string; svg: string } {
  return form === 'emv' && of.emv_text !== null && of.emv_qr_svg !== null
    ? { form, text: of.emv_text, svg: of.emv_qr_svg }
    : { form: 'plain', text: of.text, svg: of.qr_svg };
}

/** The name of the file that the picture is kept as. */
export const fileOf = (seller: string, { store_id }: Pick<CounterCode, 'store_id'>, form: CodeForm) =>
  `${['counter', seller, store_id ?? '', form].filter(Boolean).join('-').replaceAll(/[^\w-]/g, '_')}.svg`;

function CounterPoster({ of, form, paper }: { of: CounterCode; form: CodeForm; paper: Paper }) {
  const { say } = useShown();
  const { id } = useSeller();
  const code = codeIn(of, form);
  return (
    <>
      <figure className={`poster counter-poster ${paper}`}>
        <figcaption>{of.name}</figcaption>
        {of.store_name !== null && <p className="poster-store">{of.store_name}</p>}
        <CodePicture svg={code.svg} label={say('counter.qr', { name: of.name })} className="poster-code" />
        <p className="poster-hint">{say('counter.scan')}</p>
        <p className="quiet">{say('counter.enter')}</p>
      </figure>
      <div className="actions poster-actions">
        <Button kind="primary" onClick={() => window.print()}>
          <Icon name="print" />
          {say('desk.print')}
        </Button>
        <Button onClick={() => keepFile(fileOf(id, of, code.form), code.svg, 'image/svg+xml;charset=utf-8')}>
          <Icon name="download" />
          {say('counter.download')}
        </Button>
        <Copy text={code.text} />
      </div>
    </>
  );
}

/** The choices, and the poster that comes of them. */
export function Counter() {
  const { say } = useShown();
  const { id } = useSeller();
  const [store, setStore] = useState('');
  const [form, setForm] = useState<CodeForm>('plain');
  const [paper, setPaper] = useState<Paper>('a5');
  const code = useQuery(counterQuery(id, store));
  const hasNoEmv = code.data?.emv_text === null;
  return (
    <div className="counter">
      <Section className="unprinted">
        <p>{say('counter.text')}</p>
        <div className="counter-choices">
          <StoreField value={store} onValue={setStore} />
          <RadioField
            label={say('counter.kind')}
            value={hasNoEmv ? 'plain' : form}
            onValue={setForm}
            text={say(hasNoEmv ? 'counter.no_emv' : form === 'emv' ? 'counter.emv_text' : 'counter.plain_text')}
            options={[
              { value: 'plain', label: say('counter.plain') },
              ...(hasNoEmv ? [] : [{ value: 'emv' as const, label: say('counter.emv') }]),
            ]}
          />
          <RadioField
            label={say('counter.paper')}
            value={paper}
            onValue={setPaper}
            isPlain
            options={[
              { value: 'a5', label: say('counter.a5') },
              { value: 'a4', label: say('counter.a4') },
            ]}
          />
        </div>
        <Note>{say('counter.limit')}</Note>
      </Section>
      <div>
        <Loaded query={code} lines={8}>
          {found => <CounterPoster of={found} form={form} paper={paper} />}
        </Loaded>
      </div>
    </div>
  );
}

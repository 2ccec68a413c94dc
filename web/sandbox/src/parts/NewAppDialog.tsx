// Opens an app whose keys are drawn by the platform.
import { Dialog } from '@kit/desk/Dialog';
import { ChoiceField, RadioField } from '@kit/desk/fields';
import { Form } from '@kit/desk/Form';
import { useState } from 'react';
import { calls, MODES, PROFILES, SIGN_TYPES, type App, type AppWanted, type NewApp } from '../calls';
import { useShown } from '../shown';

interface Props {
  /** The apps that are there: their merchants are those to choose from. */
  apps: readonly App[];
  onClose: () => void;
  onDrawn: (app: NewApp) => void;
}

export function NewAppDialog({ apps, onClose, onDrawn }: Props) {
  const { say, named } = useShown();
  const sellers = [...new Map(apps.map(app => [app.seller_id, app])).values()];
  const [wanted, setWanted] = useState<AppWanted>({
    seller_id: sellers[0]?.seller_id ?? '',
    mode: 'key',
    sign_type: 'RSA2',
    profile: 'strict',
  });
  const set = (members: Partial<AppWanted>) => setWanted({ ...wanted, ...members });
  return (
    <Dialog title={say('draw.title')} onClose={onClose}>
      <Form
        go={say('draw.go')}
        isReady={wanted.seller_id !== ''}
        send={() => calls.openApp(wanted)}
        onDone={onDrawn}
      >
        <p className="quiet">{say('draw.text')}</p>
        <ChoiceField
          label={say('start.seller')}
          value={wanted.seller_id}
          onValue={seller => set({ seller_id: seller })}
          options={sellers.map(app => ({ value: app.seller_id, label: `${app.seller_name} · ${app.seller_login}` }))}
        />
        <RadioField
          label={say('start.mode')}
          isPlain
          value={wanted.mode}
          onValue={mode => set({ mode })}
          options={MODES.map(mode => ({ value: mode, label: named('mode', mode) }))}
        />
        <RadioField
          label={say('draw.sign_type')}
          isPlain
          value={wanted.sign_type}
          onValue={signType => set({ sign_type: signType })}
          options={SIGN_TYPES.map(signType => ({ value: signType, label: signType }))}
        />
        <RadioField
          label={say('draw.profile')}
          text={say('draw.profile_text')}
          isPlain
          value={wanted.profile}
          onValue={profile => set({ profile })}
          options={PROFILES.map(profile => ({ value: profile, label: named('profile', profile) }))}
        />
      </Form>
    </Dialog>
  );
}

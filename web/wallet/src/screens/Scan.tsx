// /scan: a code by the camera, from a picture, or pasted.
import { api, told } from '@kit/api/client';
import { useCamera } from '@kit/camera';
import { asProblem } from '@kit/problem';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useId, useRef, useState } from 'react';
import { Field } from '@kit/Field';
import { Page } from '../parts/Page';
import { Wrong } from '../parts/states';
import { collectQuery } from '../collecting';
import type { Handed } from '../paying';
import { orderQuery } from '../queries';
import { codeIn } from '@kit/scan';
import { shopQuery } from '../shops';
import { useShown } from '../shown';

/** A text that is no code may still be what an app hands over: a signed order, or an address with one. */
function handedBy(text: string): Handed | null {
  if (!text.includes('sign=')) {
    return null;
  }
  return /^https?:/.test(text) ? { order_url: text } : { order_string: text };
}

/** Finds out what a text is, and goes there. */
function useScanned() {
  const navigate = useNavigate();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (scanned: string) => {
      const text = scanned.trim();
      try {
        return { text, found: await told(api.POST('/codes', { body: { text } })) };
      } catch (thrown) {
        const handed = asProblem(thrown).code === 'code_unknown' ? handedBy(text) : null;
        if (handed) {
          return { text, handed };
        }
        throw thrown;
      }
    },
    onSuccess: ({ text, found, handed }) => {
      if (handed) {
        return navigate({ to: '/pay', search: handed, replace: true });
      }
      if (found?.kind === 'collect') {
        const { token } = found.collect;
        client.setQueryData(collectQuery(token).queryKey, found.collect);
        return navigate({ to: '/transfer', search: { c: token }, replace: true });
      }
      if (found?.kind === 'shop') {
        const { token } = found.shop;
        client.setQueryData(shopQuery(token).queryKey, found.shop);
        return navigate({ to: '/shop', search: { c: token }, replace: true });
      }
      const search = { qr_code: text };
      client.setQueryData(orderQuery(search).queryKey, found?.kind === 'order' ? found.order : undefined);
      return navigate({ to: '/pay', search, replace: true });
    },
  });
}

function Camera(props: Parameters<typeof useCamera>[0]) {
  const { say } = useShown();
  const { video, state, again } = useCamera(props);
  return (
    <div className="camera">
      <video ref={video} muted playsInline aria-label={say('scan.camera')} className={state === 'on' ? '' : 'none'} />
      <p role="status">{say(state === 'on' ? 'scan.camera' : state === 'off' ? 'scan.no_camera' : 'scan.starting')}</p>
      {state === 'off' && <Button onClick={again}>{say('scan.start')}</Button>}
    </div>
  );
}

function Picture({ onText }: { onText: (text: string) => void }) {
  const { say } = useShown();
  const id = useId();
  const [wrong, setWrong] = useState('');
  const read = async (file: File | undefined) => {
    if (!file) {
      return;
    }
    setWrong('');
    try {
      const text = await codeIn(await createImageBitmap(file));
      if (text) {
        onText(text);
      } else {
        setWrong(say('scan.nothing'));
      }
    } catch {
      setWrong(say('scan.no_reader'));
    }
  };
  return (
    <div className="field">
      <label htmlFor={id} className="button">
        {say('scan.picture')}
      </label>
      <input
        id={id}
        type="file"
        accept="image/*"
        className="unseen"
        onChange={event => void read(event.target.files?.[0])}
      />
      <p role="alert" className="wrong">
        {wrong}
      </p>
    </div>
  );
}

export function Scan() {
  const { say } = useShown();
  const scanned = useScanned();
  const [text, setText] = useState('');
  const seen = useRef('');
  // A code that was refused stays in front of the camera for a while.
  const once = (found: string) => {
    const isNew = found !== seen.current;
    seen.current = found;
    if (isNew) {
      scanned.mutate(found);
    }
    return isNew;
  };
  return (
    <Page title={say('scan.title')} up="/">
      <Camera onText={once} isPaused={scanned.isPending || scanned.isSuccess} />
      <section className="panel">
        <Wrong thrown={scanned.error} />
        <Picture onText={scanned.mutate} />
        <form
          onSubmit={event => {
            event.preventDefault();
            scanned.mutate(text);
          }}
        >
          <Field
            label={say('scan.text')}
            value={text}
            onValue={setText}
            name="code_text"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
          <Button block color="primary" size="large" type="submit" loading={scanned.isPending} disabled={!text.trim()}>
            {say('scan.text_go')}
          </Button>
        </form>
      </section>
    </Page>
  );
}

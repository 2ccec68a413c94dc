// /scan: a code by the camera, from a picture, or pasted.
import { api, told } from '@kit/api/client';
import { asProblem } from '@kit/problem';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button } from 'antd-mobile';
import { useEffect, useId, useRef, useState } from 'react';
import { Field } from '../parts/Field';
import { Page } from '../parts/Page';
import { Wrong } from '../parts/states';
import { collectQuery } from '../collecting';
import type { Handed } from '../paying';
import { orderQuery } from '../queries';
import { codeIn } from '../scan';
import { useShown } from '../shown';

/** How often the camera's picture is looked at. Four times a second keeps a phone cool. */
const LOOK_EVERY_MS = 250;

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
      const search = { qr_code: text };
      client.setQueryData(orderQuery(search).queryKey, found?.order);
      return navigate({ to: '/pay', search, replace: true });
    },
  });
}

/** `onText` says whether it takes the text; what it does not take is looked past. */
function Camera({ onText, isPaused }: { onText: (text: string) => boolean; isPaused: boolean }) {
  const { say } = useShown();
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<'starting' | 'on' | 'off'>('starting');
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let isOver = false;
    const start = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      if (isOver || !video.current) {
        stream.getTracks().forEach(track => track.stop());
        return;
      }
      video.current.srcObject = stream;
      await video.current.play();
      setState('on');
    };
    setState('starting');
    start().catch(() => !isOver && setState('off'));
    return () => {
      isOver = true;
      stream?.getTracks().forEach(track => track.stop());
    };
  }, [tries]);
  useEffect(() => {
    if (state !== 'on' || isPaused) {
      return;
    }
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const seen = video.current;
      // A frame that cannot be read is followed by another.
      const text = seen && seen.readyState >= 2 ? await codeIn(seen).catch(() => null) : null;
      if (!text || !onText(text)) {
        timer = setTimeout(look, LOOK_EVERY_MS);
      }
    };
    timer = setTimeout(look, LOOK_EVERY_MS);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react/exhaustive-deps
  }, [state, isPaused]);
  return (
    <div className="camera">
      <video ref={video} muted playsInline aria-label={say('scan.camera')} className={state === 'on' ? '' : 'none'} />
      <p role="status">{say(state === 'on' ? 'scan.camera' : state === 'off' ? 'scan.no_camera' : 'scan.starting')}</p>
      {state === 'off' && <Button onClick={() => setTries(tries + 1)}>{say('scan.start')}</Button>}
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

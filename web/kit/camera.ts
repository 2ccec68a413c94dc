// The camera looks for codes while it is on. Whoever shows its picture gives a <video> for it.
import { useEffect, useRef, useState } from 'react';
import { codeIn } from './scan';

/** How often the camera's picture is looked at. Four times a second keeps a phone cool. */
const LOOK_EVERY_MS = 250;

interface Options {
  /** Says whether it takes the text; what it does not take is looked past. */
  onText: (text: string) => boolean;
  isPaused: boolean;
}

/** The camera's picture goes into `video`; `again` tries to start it once more. */
export function useCamera({ onText, isPaused }: Options) {
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
  return { video, state, again: () => setTries(tries + 1) };
}

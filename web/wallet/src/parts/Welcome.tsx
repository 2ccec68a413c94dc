// Where nobody is signed in: the mark, the title, the form, and the language.
import { LANGUAGES, speak, OWN_NAMES } from '@kit/languages';
import { useEffect, type ReactNode } from 'react';
import { useShown } from '../shown';

/** A screen for somebody who is not signed in. */
export function Welcome({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  const { say, language } = useShown();
  useEffect(() => {
    document.title = `${title} · ${say('name')}`;
  }, [title, say]);
  return (
    <main className="welcome">
      <header>
        <img src="icon.svg" alt="" width="48" height="48" />
        <div>
          <p className="brand">
            <span lang="zh-CN">通宝</span> <span lang="en">Tongbao</span>
          </p>
        </div>
        <nav className="languages" aria-label={say('me.language')}>
          {LANGUAGES.filter(one => one !== language).map(one => (
            <button key={one} type="button" className="link" lang={one} onClick={() => speak(one)}>
              {OWN_NAMES[one]}
            </button>
          ))}
        </nav>
      </header>
      <section className="panel">
        <h1>{title}</h1>
        <p className="quiet">{text}</p>
        {children}
      </section>
    </main>
  );
}

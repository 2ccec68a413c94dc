// The language of the pages, to be chosen.
import { LANGUAGES, OWN_NAMES, speak } from '../languages';
import { useDesk } from './shown';

export function Language() {
  const { say, language } = useDesk();
  return (
    <div className="languages" role="group" aria-label={say('desk.language')}>
      {LANGUAGES.map(one => (
        <button key={one} type="button" lang={one} aria-pressed={one === language} onClick={() => speak(one)}>
          {OWN_NAMES[one]}
        </button>
      ))}
    </div>
  );
}

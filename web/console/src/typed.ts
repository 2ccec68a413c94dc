// What somebody types, as the API reads it.

/** A moment of China time as the fields show it; nothing for an empty one. What is no moment is sent as it is: the API
 *  says why. */
export function typedMoment(text: string): string | null {
  const typed = text.trim();
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(typed) ? `${typed.replace(' ', 'T')}+08:00` : typed || null;
}

// The body of a letter as people read it.

/** One line for each member of a form, unescaped. What cannot be unescaped, because it is not in UTF-8, stays. */
export function membersOf(form: string): string {
  const plain = (text: string) => {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '));
    } catch {
      return text;
    }
  };
  return form
    .split('&')
    .map(pair => {
      const cut = pair.indexOf('=');
      return cut < 0 ? plain(pair) : `${plain(pair.slice(0, cut))} = ${plain(pair.slice(cut + 1))}`;
    })
    .join('\n');
}

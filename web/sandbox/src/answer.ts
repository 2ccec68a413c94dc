// JSON as people read it.

/** JSON with a line for each member; what is none, because it was cut or is masked outside of quotes, stays as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

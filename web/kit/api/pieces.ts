// Pieces of calls whose addresses are made of parts.

/** Without the members that are missing or empty. */
export function given<T extends object>(members: T): Partial<T> {
  const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';
  return Object.fromEntries(Object.entries(members).filter(([, value]) => isGiven(value))) as Partial<T>;
}

/** A piece of a path that came from outside. */
export const piece = (text: string): string => encodeURIComponent(text);

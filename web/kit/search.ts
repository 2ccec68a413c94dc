// What addresses say behind the `?`. All of it is text: amounts stay what they are.

export type Search = Record<string, unknown>;

/** The text of a member of the search, when it has one. */
const text = (search: Search, name: string): string | undefined => {
  const value = search[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** For `validateSearch`: these members, without those that are missing. */
export function texts<Name extends string>(...names: Name[]) {
  return (search: Search): Partial<Record<Name, string>> => {
    const found: Partial<Record<Name, string>> = {};
    for (const name of names) {
      const value = text(search, name);
      if (value !== undefined) {
        found[name] = value;
      }
    }
    return found;
  };
}

/** Options of `createRouter`: how a search is read, and how it is written. What is empty is left out. */
export const searchOfText = {
  parseSearch: (words: string) => Object.fromEntries(new URLSearchParams(words)),
  stringifySearch: (search: Search) => {
    const words = new URLSearchParams(
      Object.entries(search).filter(([, value]) => value !== undefined && value !== '') as [string, string][],
    ).toString();
    return words ? `?${words}` : '';
  },
} as const;

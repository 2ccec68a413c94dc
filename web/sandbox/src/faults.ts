// Faults as they are asked for: a name, with a value where it takes one.

/** A name with its value: "latency:200-2000". */
export interface Named {
  name: string;
  value: string;
}

export function split(fault: string): Named {
  const [name = '', value = ''] = fault.split(':');
  return { name, value };
}

export const joined = ({ name, value }: Named): string => (value.trim() === '' ? name : `${name}:${value.trim()}`);

/** The names of known faults, each once, with the value that is usual. */
export function namesOf(known: readonly string[]): Named[] {
  const found = new Map<string, string>();
  for (const { name, value } of known.map(split)) {
    if (!found.has(name)) {
      found.set(name, value);
    }
  }
  return [...found].map(([name, value]) => ({ name, value }));
}

/** A whole number from 1 that was typed; undefined while there is none, null for anything else. */
export function countOf(typed: string): number | null | undefined {
  if (typed.trim() === '') {
    return undefined;
  }
  const found = /^\d{1,6}$/.test(typed.trim()) ? Number(typed) : 0;
  return found > 0 ? found : null;
}

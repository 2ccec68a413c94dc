// For tests of words: what has to hold for those of every app.
import { expect } from 'vitest';
import type { Language } from '../languages';

const filled = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).toSorted();

/** Both languages have the same words, none is empty, and they fill in the same. */
export function expectSameWords(words: Record<Language, Record<string, string>>): void {
  const { 'zh-CN': chinese, en: english } = words;
  expect(Object.keys(english).toSorted()).toEqual(Object.keys(chinese).toSorted());
  for (const [key, text] of Object.entries(chinese)) {
    expect(text, key).not.toBe('');
    expect(english[key], key).not.toBe('');
    expect(filled(english[key] ?? ''), key).toEqual(filled(text));
  }
}

/** Each value of each group has a word, in both languages. */
export function expectWordsFor(
  words: Record<Language, Record<string, string>>,
  groups: Record<string, readonly string[]>,
): void {
  const wanted = Object.entries(groups).flatMap(([group, values]) => values.map(value => `${group}.${value}`));
  for (const told of [words['zh-CN'], words.en]) {
    expect(wanted.filter(key => !told[key])).toEqual([]);
  }
}

import { startLanguages } from '../languages';
import { act, useState } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DayField, isDay } from './DayField';
import { deskWords } from './words';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
startLanguages(deskWords);

const STILL_MS = 1_000;
let root: Root;
let place: HTMLElement;
let told: string[];

function Shown() {
  const [day, setDay] = useState('2026-11-30');
  const choose = (next: string) => {
    told.push(next);
    setDay(next);
  };
  return <DayField label="Day" value={day} onDay={choose} max="2026-12-01" />;
}

const field = () => place.querySelector('input') as HTMLInputElement;

/** What the browser tells while somebody types. */
const type = (text: string) =>
  act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field(), text);
    field().dispatchEvent(new Event('input', { bubbles: true }));
  });
const still = () => act(async () => vi.advanceTimersByTime(STILL_MS));

beforeEach(async () => {
  vi.useFakeTimers();
  told = [];
  place = document.createElement('div');
  document.body.replaceChildren(place);
  root = createRoot(place);
  await act(async () => root.render(<Shown />));
  field().focus();
});

afterEach(async () => {
  await act(async () => root.unmount());
  vi.useRealTimers();
});

test('a day is told once it stands still, and none on the way to it', async () => {
  for (const half of ['0002-11-30', '0020-11-30', '0202-11-30', '', '2025-11-30', '2025-11-02', '2025-11-28']) {
    await type(half);
  }
  expect(told).toEqual([]);
  const before = field();
  await still();
  expect(told).toEqual(['2025-11-28']);
  expect([field().value, field() === before, document.activeElement === before]).toEqual(['2025-11-28', true, true]);
  await still();
  expect(told, 'once').toHaveLength(1);
});

test('half a day, an impossible one and one that is to come are never told', async () => {
  for (const bad of ['', '0202-11-30', '2026-12-02']) {
    await type(bad);
    await still();
  }
  expect(told).toEqual([]);
  await act(async () => field().blur());
  expect(field().value, 'the day that is shown stands there again').toBe('2026-11-30');
  expect(['2026-02-31', '2026-13-01', '26-1-1', 'tomorrow', '1999-12-31'].filter(text => isDay(text))).toEqual([]);
});

test('whoever leaves the field, or presses enter, need not wait', async () => {
  await type('2026-11-28');
  await act(async () => {
    field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  });
  expect(told).toEqual(['2026-11-28']);
  await type('2026-11-27');
  await act(async () => field().blur());
  expect(told).toEqual(['2026-11-28', '2026-11-27']);
});

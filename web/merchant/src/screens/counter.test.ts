import { expect, test } from 'vitest';
import type { CounterCode } from '../calls';
import { codeIn, fileOf } from './Counter';

const code: CounterCode = {
  text: 'https://pay.test/app/wallet/#/shop?c=a.b',
  qr_svg: '<svg id="plain"/>',
  emv_text: '000201',
  emv_qr_svg: '<svg id="emv"/>',
  name: 'Shop',
  store_id: null,
  store_name: null,
};

test('a form has its own text and picture', () => {
  expect(codeIn(code, 'plain')).toEqual({ form: 'plain', text: code.text, svg: code.qr_svg });
  expect(codeIn(code, 'emv')).toEqual({ form: 'emv', text: '000201', svg: code.emv_qr_svg });
});

test('where a store does not fit the form of others, there is the plain one', () => {
  expect(codeIn({ ...code, emv_text: null, emv_qr_svg: null }, 'emv')).toMatchObject({ form: 'plain', text: code.text });
});

test('the file is named by merchant, store and form, in letters that every disk takes', () => {
  expect(fileOf('2088', code, 'plain')).toBe('counter-2088-plain.svg');
  expect(fileOf('2088', { store_id: 'S/1 号' }, 'emv')).toBe('counter-2088-S_1__-emv.svg');
});

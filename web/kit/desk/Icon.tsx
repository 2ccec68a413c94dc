// Small pictures, drawn with one line. They say nothing by themselves: words stand beside them.

/** On a field of 20 by 20. */
const PATHS = {
  home: 'M3 9.2 10 3l7 6.2V17h-4.5v-4.6h-5V17H3z',
  orders: 'M5 2.8h10v14.4l-2.5-1.6-2.5 1.6-2.5-1.6L5 17.2zM7.8 7h4.4M7.8 10.5h4.4',
  till: 'M3 7.5h14v9H3zM6 7.5V3.5h6v4M6.2 10.7h.1M10 10.7h.1M13.8 10.7h.1M6.2 13.5h.1M10 13.5h.1M13.8 13.5h.1',
  qr: 'M3 3h5.5v5.5H3zM11.5 3H17v5.5h-5.5zM3 11.5h5.5V17H3zM11.5 11.5h2v2h-2zM15 15h2v2h-2zM15.5 11.5H17M11.5 17v-1.5',
  bill: 'M4 3h8.5L16 6.5V17H4zM12 3v4h4M7 10.5h6M7 13.5h6',
  money: 'M2.5 5.5h15v9h-15zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM5 8v.1M15 12v.1',
  key: 'M12.5 10.5a4 4 0 1 0-3.3-1.7L3 15v2.2h2.7v-2h2v-2h2l1.3-2.9M13.7 6.3h.1',
  bell: 'M5 13.5V9a5 5 0 0 1 10 0v4.5l1.5 1.5h-13zM8.3 17.2h3.4',
  doctor: 'M3 10h3l2-5 3.5 10 2-5H17',
  people:
    'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 16.5c0-3 2-4.5 5-4.5s5 1.5 5 4.5M13 4a3 3 0 0 1 0 5.3' +
    'M14.5 12.2c2 .4 3 1.9 3 4.3',
  store: 'M3.5 8.5V17h13V8.5M2.5 8.5 4.5 3h11l2 5.5zM8 17v-5h4v5',
  swap: 'M4 7h12l-3-3M16 13H4l3 3',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4',
  ledger: 'M4 3h11a1 1 0 0 1 1 1v13H5a1 1 0 0 1-1-1zM4 14.5h12M7.5 6.5h5M7.5 9.5h5',
  shield: 'M10 2.5 16.5 5v4.5c0 4-2.7 6.7-6.5 8-3.8-1.3-6.5-4-6.5-8V5zM7.2 10l2 2 3.6-4',
  flag: 'M5 17.5V3h9.5l-2 3.5 2 3.5H5',
  calendar: 'M3 4.5h14V17H3zM3 8.5h14M6.8 2.5v3.5M13.2 2.5v3.5',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4.2l2.8 1.6',
  globe: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM3 10h14M10 3c2 2 3 4.3 3 7s-1 5-3 7c-2-2-3-4.3-3-7s1-5 3-7z',
  list: 'M7 5h10M7 10h10M7 15h10M3.3 5h.1M3.3 10h.1M3.3 15h.1',
  settings:
    'M10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4' +
    'M13.9 13.9l1.4 1.4M15.3 4.7l-1.4 1.4M6.1 13.9l-1.4 1.4',
  chart: 'M3 3v14h14M6.5 13.5v-3M10 13.5v-7M13.5 13.5v-5',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  close: 'M5 5l10 10M15 5 5 15',
  plus: 'M10 4v12M4 10h12',
  left: 'M12 4.5 6.5 10l5.5 5.5',
  right: 'M8 4.5 13.5 10 8 15.5',
  up: 'M5 12l5-5 5 5',
  down: 'M5 8l5 5 5-5',
  copy: 'M7 7h10v10H7zM13 7V3H3v10h4',
  download: 'M10 3v10M6 9.5l4 4 4-4M3.5 16.5h13',
  print: 'M6 7V3h8v4M6 14H3V7h14v7h-3M6 11.5h8V17H6z',
  camera: 'M2.5 6H6l1.5-2h5L14 6h3.5v10.5h-15zM10 14a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  out: 'M8 3H3.5v14H8M8 10h9M13.5 6.5 17 10l-3.5 3.5',
  check: 'M4 10.5l4 4 8-9',
  warn: 'M10 3 18 17H2zM10 8v4.5M10 14.7v.1',
  info: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 9.5v4M10 6.5v.1',
  undo: 'M4 8h8.5a4 4 0 0 1 0 8H7M7.5 4 3.5 8l4 4',
  book: 'M3 4h5.5L10 5.5 11.5 4H17v12h-5.5L10 17l-1.5-1H3zM10 5.5V17',
  play: 'M6 3.5 16 10 6 16.5z',
  bolt: 'M11 2.5 4.5 11.5H10L9 17.5l6.5-9H10z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

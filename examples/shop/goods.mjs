// What the shop sells. Prices are in fen; names stand in both languages.
// A real shop has these in a database, and never takes a price from the browser either.

export const GOODS = [
  {
    id: 'coffee', fen: 1_800,
    name: { zh: '手冲咖啡', en: 'Pour-over coffee' },
    about: { zh: '云南保山，橙花与红糖的香气', en: 'From Baoshan, Yunnan: orange blossom and brown sugar' },
  },
  {
    id: 'tea', fen: 1_280,
    name: { zh: '桂花乌龙', en: 'Osmanthus oolong' },
    about: { zh: '武夷半岩，秋天的桂花窨制', en: 'Wuyi leaves, scented with autumn osmanthus' },
  },
  {
    id: 'cookies', fen: 990,
    name: { zh: '海盐曲奇', en: 'Sea-salt cookies' },
    about: { zh: '今早出炉，一袋六块', en: 'Baked this morning, six in a bag' },
  },
];

export const goodOf = id => GOODS.find(one => one.id === id);

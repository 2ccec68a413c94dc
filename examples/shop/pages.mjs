// The pages. They show what the book says; nothing is decided here.
import { randomUUID } from 'node:crypto';
import { refundable, refunded, standing } from './book.mjs';
import { goodOf, GOODS } from './goods.mjs';
import { html } from './html.mjs';
import { yuanOf } from './money.mjs';
import { mark, picture, qrPicture, tick } from './pictures.mjs';

const yuan = fen => `¥${yuanOf(fen)}`;
const CHINA = { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', second: '2-digit' };
const time = (at, say, whole = true) => new Date(at).toLocaleString(say.language === 'zh' ? 'zh-CN' : 'en-GB',
  { ...CHINA, second: whole ? '2-digit' : undefined, month: 'short', day: 'numeric' });
const clock = at => new Date(at).toLocaleTimeString('en-GB', CHINA);
const badge = (order, say) => html`<span class="badge is-${standing(order)}">${say(standing(order))}</span>`;
/** In the words of today's language, whatever language it was ordered in. */
const nameOf = (order, say) => goodOf(order.good)?.name[say.language] ?? order.subject;

/** A whole page. `here` is its path: the switch of languages leads back to it. */
export function page({ say, here, title, current, count, body, refresh }) {
  const other = say.language === 'zh' ? 'en' : 'zh';
  const switched = `/language?to=${other}&back=${encodeURIComponent(here)}`;
  return html`<!doctype html>
<html lang="${say.language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${say('shop')}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/shop.css">
<script src="/shop.js" defer></script>
${refresh && html`<noscript><meta http-equiv="refresh" content="5"></noscript>`}
</head>
<body>
<a class="skip" href="#main">${say('skip')}</a>
<header class="bar"><div class="bar-in">
<a class="brand" href="/">${mark}<span>${say('shop')}</span></a>
<nav><a href="/orders" ${current === '/orders' && html`aria-current="page"`}>${say('my_orders')}${
  count > 0 && html`<span class="count">${count}</span>`}</a>
<a class="language" href="${switched}" lang="${other}" hreflang="${other}">${say('other_language')}</a></nav>
</div></header>
<main id="main" tabindex="-1">${body}</main>
<footer><p>${say('footer')}</p></footer>
</body>
</html>`.toString();
}

const buyerBox = (buyers, say) => buyers.length > 0 && html`<details class="buyers">
<summary>${say('demo_buyers')}</summary>
<table><thead><tr><th scope="col">${say('login')}</th><th scope="col">${say('pay_password')}</th></tr></thead>
<tbody>${buyers.map(one => html`<tr><td class="code">${one.login}</td><td class="code">${one.pay_password}</td></tr>`)}
</tbody></table>
<p class="quiet">${say('only_demo')}</p></details>`;

const WAYS = [['page', 'pay_online', 'main'], ['qr', 'by_qr', 'second'], ['code', 'by_code', 'second']];

export function goodsPage({ say, buyers }) {
  return html`<div class="hero"><h1>${say('hero')}</h1><p>${say('hero_more')}</p></div>
<ul class="goods">${GOODS.map(good => html`<li class="card good good-${good.id}">
<div class="frame of-${good.id}">${picture(good.id)}</div>
<div class="good-text">
<h2>${good.name[say.language]}</h2>
<p class="quiet">${good.about[say.language]}</p>
<p class="price">${yuan(good.fen)}</p>
<form method="post" action="/orders">
<input type="hidden" name="good" value="${good.id}"><input type="hidden" name="form" value="${randomUUID()}">
${WAYS.map(([way, name, kind]) => html`<button class="${kind}" name="way" value="${way}">${say(name)}${
  html`<span class="unseen">${say('buy_by')}${good.name[say.language]}</span>`}</button>`)}
</form></div></li>`)}</ul>
<section class="card both"><h2>${say('both_sides')}</h2>
<ol><li>${say('both_sides_1')}</li><li>${say('both_sides_2')}</li><li>${say('both_sides_3')}</li></ol>
${buyerBox(buyers, say)}</section>`;
}

export function ordersPage({ say, orders }) {
  if (orders.length === 0) {
    return html`<div class="lone card"><h1>${say('my_orders')}</h1><p>${say('no_orders')}</p>
<a class="button main" href="/">${say('to_the_goods')}</a></div>`;
  }
  return html`<div class="narrow"><h1>${say('my_orders')}</h1>
<ul class="orders">${orders.map(order => html`<li><a class="card row" href="/orders/${order.no}">
<span class="thumb of-${order.good}">${picture(order.good, 54)}</span>
<span class="row-text"><strong>${nameOf(order, say)}</strong>
<span class="quiet">${say(`way_${order.way}`)} · <span class="when">${
  time(order.placedAt, say, false)}</span></span></span>
<span class="row-end"><strong class="money">${yuan(order.fen)}</strong>${badge(order, say)}</span>
</a></li>`)}</ul></div>`;
}

// ---- one order ---------------------------------------------------------------------------------------------------

function refusalOf(order, say) {
  if (!order.refusal) {
    return undefined;
  }
  const known = `no_${order.refusal}`;
  return say.has(known) ? say(known) : `${say('no_other')}${order.refusal}`;
}

const elsewhere = (url, text) => html`<a href="${url}" target="_blank" rel="noopener noreferrer">${text}</a>`;
const problem = (id, text) => text && html`<p class="problem" id="${id}" role="alert">${text}</p>`;

function payByPage(order, say, { buyers }) {
  return html`<form method="post" action="/orders/${order.no}/pay">
<button class="main wide">${say('pay_now')} ${yuan(order.fen)}</button></form>
<p class="quiet">${say('pay_now_more')}</p>${buyerBox(buyers, say)}`;
}

function payByQr(order, say, { buyers }) {
  if (!order.qrCode) {
    return html`${problem('code-problem', refusalOf(order, say) ?? say('qr_missing'))}
<form method="post" action="/orders/${order.no}/code"><button class="main wide">${say('qr_again')}</button></form>`;
  }
  return html`<h2 class="middle">${say('scan_me')}</h2>
<div class="qr-frame">${qrPicture(order.qrCode, say('qr_label'))}</div>
<p class="live">${say('qr_live')}</p>
<p class="middle">${elsewhere(order.qrCode, say('qr_open'))}</p>
${buyerBox(buyers, say)}`;
}

function payAtTill(order, say, { buyers, site, scanProblem }) {
  const wrong = scanProblem ? say(scanProblem) : refusalOf(order, say);
  return html`<h2>${say('till')}</h2>
<form method="post" action="/orders/${order.no}/scan" autocomplete="off">
<label for="auth-code">${say('code_label')}</label>
<input class="digits" id="auth-code" name="auth_code" inputmode="numeric" maxlength="40" required autofocus
  placeholder="28…" aria-describedby="code-help${wrong ? ' code-problem' : ''}" ${wrong && html`aria-invalid="true"`}>
${problem('code-problem', wrong)}
<p class="quiet" id="code-help">${say('code_help')}</p>
<button class="main wide">${say('charge')} ${yuan(order.fen)}</button></form>
<p class="middle">${elsewhere(`${site}/wallet/paycode`, say('code_where'))}</p>
${buyerBox(buyers, say)}`;
}

function waits(order, say, more) {
  if (order.attempt) {
    return html`<p class="live">${say(`${order.attempt}_more`)}</p>`;
  }
  if (order.closing) {
    return html`<p class="live">${say('closing_more')}</p>`;
  }
  const ways = { page: payByPage, wap: payByPage, qr: payByQr, code: payAtTill };
  const left = Math.max(0, order.closesAt - Date.now());
  return html`${ways[order.way](order, say, more)}
<p class="quiet middle" data-left-ms="${left}"><span data-words>${
  say('minutes_to_pay').replace('{}', Math.max(1, Math.ceil(left / 60_000)))}</span><span hidden data-clock>${
  say('time_left')} <b></b></span></p>
<form method="post" action="/orders/${order.no}/close"><button class="plain wide">${say('give_up')}</button></form>`;
}

function stands(order, say, more) {
  if (order.state === 'waiting') {
    return waits(order, say, more);
  }
  const again = html`<a class="button second wide" href="/">${say('buy_again')}</a>`;
  if (order.state === 'closed') {
    return html`<div class="middle"><h2>${say('closed_title')}</h2>
<p>${say(order.late ? 'late_more' : order.back ? 'back_more' : 'closed_more')}</p></div>${again}`;
  }
  const gone = refunded(order) === order.fen;
  return html`<div class="middle">${!gone && tick}<h2>${say(gone ? 'refunded_title' : 'thanks')}</h2>
${!gone && html`<p class="quiet">${say('pickup')}</p>
<p class="pickup">A${String(order.pickup).padStart(3, '0')}</p>`}</div>
${again}`;
}

function refundForm(order, say, { refundProblem, refundWish }) {
  const left = refundable(order);
  if (left === 0) {
    return undefined;
  }
  const onAmount = refundProblem && refundProblem !== 'refund_reason';
  const wrong = refundProblem && problem('refund-problem', say(refundProblem));
  const marked = html`aria-invalid="true" aria-describedby="refund-problem"`;
  return html`<section class="card" id="refund"><h2>${say('refund')}</h2>
<form method="post" action="/orders/${order.no}/refund" autocomplete="off">
<input type="hidden" name="form" value="${refundWish?.form ?? randomUUID()}">
<label for="amount">${say('refund_amount_label')} <span class="quiet">${say('refund_left')} ${yuan(left)}</span></label>
<input id="amount" name="amount" inputmode="decimal" maxlength="12" required value="${
  refundWish?.amount ?? yuanOf(left)}" ${onAmount && marked}>
${onAmount && wrong}
<label for="reason">${say('refund_reason_label')}</label>
<input id="reason" name="reason" maxlength="100" required placeholder="${say('refund_reason_hint')}" value="${
  refundWish?.reason}" ${refundProblem && !onAmount && marked}>
${!onAmount && wrong}
<button class="second wide">${say('refund_do')}</button></form></section>`;
}

const refundList = (order, say) => order.refunds.length > 0 && html`<section class="card"><h2>${say('refunds')}</h2>
<ul class="lines">${order.refunds.map(one => html`<li><span><strong class="money">${yuan(one.fen)}</strong>
<span class="quiet">${order.late ? say('reason_late') : one.reason}</span></span>
<span class="badge is-${one.state}">${say(one.state)}</span></li>`)}</ul></section>`;

const story = (order, say) => html`<section class="card"><h2>${say('story')}</h2>
<ol class="story">${order.history.map(one => html`<li><time datetime="${new Date(one.at).toISOString()}">${
  clock(one.at)}</time>
<span>${say(`did_${one.what}${one.how ? `_${one.how}` : ''}`)}${one.fen && html` · ${yuan(one.fen)}`}${
  one.code && html` <span class="code">${one.code}</span>`}</span></li>`)}</ol></section>`;

/** `more` holds what only this request knows: where the wallet is, and what was wrong with the form just sent. */
export function orderPage({ say, order, more }) {
  const fact = (name, value) => value && html`<div><dt>${say(name)}</dt><dd>${value}</dd></div>`;
  return html`<div id="order" data-no="${order.no}" data-version="${order.version}">
<div class="order">
<div class="stack"><section class="card now"><header class="now-head"><h1>${nameOf(order, say)}</h1>
<span role="status">${badge(order, say)}</span></header>
<p class="amount">${yuan(order.fen)}</p>${stands(order, say, more)}</section>
${refundForm(order, say, more)}</div>
<div class="stack"><section class="card"><h2>${say('details')}</h2>
<dl>${fact('order_no', html`<span class="code">${order.no}</span>`)}${fact('amount', yuan(order.fen))}${
  fact('way', say(`way_${order.way}`))}${fact('placed_at', time(order.placedAt, say))}${
  fact('trade_no', order.tradeNo && html`<span class="code">${order.tradeNo}</span>`)}${
  fact('refunded_so_far', refunded(order) > 0 && yuan(refunded(order)))}</dl></section>
${refundList(order, say)}${story(order, say)}</div>
</div></div>`;
}

export function messagePage({ say, title, text }) {
  return html`<div class="lone card"><h1>${say(title)}</h1><p>${say(text)}</p>
<a class="button main" href="/">${say('to_the_goods')}</a></div>`;
}

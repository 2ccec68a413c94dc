//! The look of the page: one sheet, no script, no other file; for phones and desktops, by day and by night, in print.

pub(crate) const STYLE: &str = "\
:root{--ink:#17191c;--soft:#5a616b;--line:#dfe3e8;--paper:#fff;--back:#f4f5f7;--good:#0a7d4b;--bad:#c4281c;
--odd:#96690a}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a0a7b1;--line:#343a42;--paper:#1c2025;--back:#121417;
--good:#4cc38a;--bad:#ff7b72;--odd:#e3b341}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);
font:16px/1.55 system-ui,'PingFang SC','Microsoft YaHei',sans-serif}
main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem;margin:.4rem 0}h2{font-size:1.15rem;margin:1.6rem 0 .5rem}
.quiet{color:var(--soft);font-size:.9rem}
.card{background:var(--paper);border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1rem;margin:.6rem 0}
.score{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem 1.2rem}
.score b{font-size:3rem;line-height:1.1}
.tag{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.85rem;
white-space:nowrap}
.passed{color:var(--good)}.failed{color:var(--bad)}.inconclusive{color:var(--odd)}.skipped{color:var(--soft)}
code{font:.9em ui-monospace,monospace}
details{background:var(--paper);border:1px solid var(--line);border-radius:.6rem;margin:.4rem 0}
summary{cursor:pointer;padding:.6rem 1rem;display:flex;flex-wrap:wrap;gap:.2rem .7rem;align-items:baseline}
summary .name{flex:1 1 16rem}
.inside{padding:0 1rem .8rem;border-top:1px solid var(--line)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.7rem 0}
dt{color:var(--soft)}dd{margin:0}
ol{padding-left:1.4rem;margin:.5rem 0}li{margin:.25rem 0}
pre{margin:.2rem 0;padding:.5rem .7rem;background:var(--back);border-radius:.4rem;
font:.8rem/1.45 ui-monospace,monospace;
white-space:pre-wrap;overflow-wrap:anywhere;max-height:18rem;overflow:auto}
.pick{position:absolute;opacity:0;pointer-events:none}
.langs{float:right}.langs label{cursor:pointer;padding:.2rem .5rem;border-radius:.4rem;color:var(--soft)}
#zh:checked~main .en,#en:checked~main .zh{display:none}
#zh:checked~main label[for=zh],#en:checked~main label[for=en]{color:var(--ink);font-weight:600;
text-decoration:underline}
#zh:focus-visible~main label[for=zh],#en:focus-visible~main label[for=en]{outline:2px solid currentColor}
@media (max-width:34rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}.score b{font-size:2.4rem}}
@media print{body{background:#fff}.langs{display:none}}
";

import { Markup } from "./markup.ts";

/** The report's style sheet: light and dark, wide, narrow and printed. */
export const STYLE = new Markup(`
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f8fa; --text: #1b1f24; --muted: #57606a; --line: #d5dbe1; --link: #0550ae;
  --pass: #116329; --pass-ground: #dafbe1; --fail: #a40e26; --fail-ground: #ffebe9;
  --inconclusive: #6f4400; --inconclusive-ground: #fff1c9; --reference: #0a3069; --reference-ground: #ddf4ff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318; --panel: #181e25; --text: #e6eaef; --muted: #9aa6b2; --line: #323b45; --link: #79b8ff;
    --pass: #7ee2a0; --pass-ground: #10321c; --fail: #ff9a9f; --fail-ground: #43161a;
    --inconclusive: #f2c55c; --inconclusive-ground: #3a2c08; --reference: #9ccbff; --reference-ground: #12294a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem 1.25rem 4rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.4rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
h5, h6 { font-size: .9rem; margin: 0 0 .4rem; }
p { margin: .5rem 0; max-width: 46rem; }
.subtitle { color: var(--muted); margin: 0; }
.warning { border-left: 4px solid var(--fail); background: var(--fail-ground); padding: .5rem .75rem; }
nav { font-size: .9rem; margin-top: .75rem; }
nav ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1rem; }
nav > ul { flex-direction: column; }
nav ul ul { padding-left: 1rem; }
.notes { color: var(--muted); font-size: .9rem; padding-left: 1.1rem; max-width: 52rem; }
.callout { border-left: 5px solid currentColor; border-radius: .3rem; padding: .6rem .9rem; margin: .75rem 0; }
.callout p { color: var(--text); margin: 0; }
.callout .callout-title { color: inherit; font-size: 1.2rem; font-weight: 650; }
.pass { color: var(--pass); } .callout.pass, .badge.pass { background: var(--pass-ground); }
.fail { color: var(--fail); } .callout.fail, .badge.fail { background: var(--fail-ground); }
.inconclusive { color: var(--inconclusive); } .callout.inconclusive, .badge.inconclusive { background: var(--inconclusive-ground); }
.reference { color: var(--reference); } .callout.reference, .badge.reference { background: var(--reference-ground); }
.badge { display: inline-block; white-space: nowrap; font-weight: 600; font-size: .85rem; padding: .05rem .5rem; border-radius: 1rem; }
.table { margin: 1rem 0; }
.table.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; width: 100%; }
caption { text-align: left; color: var(--muted); font-size: .85rem; padding-bottom: .4rem; }
.scroll caption { position: sticky; left: 0; max-width: min(52rem, calc(100vw - 2.5rem)); }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--muted); font-weight: 600; vertical-align: bottom; border-bottom-color: var(--muted); overflow-wrap: normal; }
tbody th { font-weight: 600; }
th.right, td.right { text-align: right; }
.stack td.right { white-space: nowrap; }
.scroll th, .scroll td { overflow-wrap: normal; }
.scroll td, .scroll tbody th { white-space: nowrap; padding: .35rem .5rem; } .scroll td small { white-space: pre; }
.scroll tbody th, .scroll thead th:first-child { position: sticky; left: 0; background: var(--page); }
small { display: block; white-space: pre-line; color: var(--muted); font-size: .89em; font-weight: 400; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .82rem; }
td code { overflow-wrap: anywhere; }
pre { margin: 0; white-space: pre-wrap; background: var(--panel); border-radius: .3rem; padding: .5rem .65rem; }
details { margin: .5rem 0; border: 1px solid var(--line); border-radius: .3rem; padding: .35rem .75rem; }
summary { cursor: pointer; font-weight: 600; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: .4rem 1.5rem; margin: .75rem 0; font-size: .9rem; }
dt { color: var(--muted); } dd { margin: 0; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem 2.5rem; margin: 1rem 0; }
figure { margin: 0; min-width: 0; max-width: 46rem; break-inside: avoid; }
figcaption { color: var(--muted); font-size: .85rem; margin-bottom: .5rem; }
figcaption strong { color: var(--text); display: block; font-size: .95rem; }
.canvas { overflow-x: auto; }
.plot { display: block; font-size: 13px; font-variant-numeric: tabular-nums; }
.plot text { fill: var(--text); paint-order: stroke; stroke: var(--page); stroke-width: 4px; stroke-linejoin: round; }
.plot .label { font-weight: 600; } .plot .small { font-size: 11px; }
.plot .tick-label { fill: var(--muted); font-size: 11px; }
.plot .line-label { fill: var(--muted); font-size: 11.5px; }
.plot .axis, .plot .tick { stroke: var(--muted); }
.plot .grid { stroke: var(--line); }
.plot .line { stroke: var(--muted); stroke-width: 1.5; }
.plot .line.margin { stroke: var(--fail); stroke-dasharray: 5 4; } .plot .line-label.margin { fill: var(--fail); }
.plot .line.chance { stroke-dasharray: 2 4; }
.plot .mark { color: var(--text); }
.plot .mark.pass { color: var(--pass); } .plot .mark.fail { color: var(--fail); }
.plot .mark.inconclusive { color: var(--inconclusive); } .plot .mark.reference { color: var(--reference); }
.plot .span, .plot .cap { stroke: currentColor; stroke-width: 2; }
.plot .point, .plot .arrow path { fill: currentColor; }
.example { border-top: 1px solid var(--line); padding: .9rem 0; break-inside: avoid; }
.choices { list-style: none; margin: .4rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; font-size: .9rem; }
.expected { font-size: .9rem; white-space: pre-wrap; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: .75rem; }
.answers > div { border-left: 3px solid var(--line); padding-left: .6rem; min-width: 0; }
.answers .right { border-left-color: var(--pass); } .answers .right h6 { color: var(--pass); }
.answers .wrong { border-left-color: var(--fail); } .answers .wrong h6 { color: var(--fail); }
.detail { color: var(--muted); margin-top: .6rem; }
@media (max-width: 40rem) {
  body { padding: 1rem .9rem 3rem; }
  .plot .label.small { font-size: 9.5px; font-weight: 500; }
  .stack table, .stack caption, .stack tbody, .stack tr, .stack th, .stack td { display: block; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  .stack tbody th, .stack td { border: 0; padding: .15rem 0; text-align: left; }
  .stack td.empty { display: none; }
  .stack td::before { content: attr(data-label) ": "; color: var(--muted); }
}
@media print {
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  nav { display: none; }
  details { border: 0; padding: 0; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  .table.scroll, .canvas { overflow: visible; }
  .scroll td, .scroll tbody th { white-space: normal; position: static; }
  table { font-size: 8pt; }
  tr { break-inside: avoid; }
  .callout, .badge, pre { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`);

/** @file The report's style sheet: light and dark, wide and narrow, screen and paper. */
import { darkTwins, gridInk, mutedInk } from "./colours.ts";

/** Colour of the observations in figures, with its dark twin. */
const DATA = ["#c2410c", "#ffab7a"] as const;
const TWINS: Readonly<Record<string, string>> = {
  ...darkTwins,
  [gridInk]: "#32383e",
  [mutedInk]: "#a3acb5",
  [DATA[0]]: DATA[1],
};

/** Figures are drawn for paper; inside the page their colours become variables, so that a dark page can change them. */
export function withPageColours(svg: string): string {
  return svg.replace(/"(#[0-9a-f]{6})"/g, (whole, hex: string) =>
    hex in TWINS ? `"var(--c${hex.slice(1)})"` : whole,
  );
}

function variables(colour: (hex: string) => string): string {
  return Object.keys(TWINS)
    .map((hex) => `--c${hex.slice(1)}:${colour(hex)}`)
    .join(";");
}

const LIGHT = `--page:#fcfcfb;--card:#ffffff;--text:#1f2328;--muted:#5c656e;--line:#d9dde1;--accent:#0072b2;--pass:#0a6b45;--fail:#b3261e;--shade:#f3f5f6;${variables((hex) => hex)}`;
const DARK = `--page:#121416;--card:#191c1f;--text:#e8eaed;--muted:#a3acb5;--line:#32383e;--accent:#5ab4ee;--pass:#5fd3a2;--fail:#ff8a80;--shade:#22262a;${variables((hex) => TWINS[hex])}`;

export const styleSheet = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}.l2e-density{filter:invert(.92) hue-rotate(180deg)}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 24px}
header{padding-top:48px}
h1{font-size:2rem;line-height:1.2;letter-spacing:-.015em;margin:0 0 .2em;text-wrap:balance}
.subtitle{color:var(--muted);font-size:1.1rem;margin:0}
.summary{font-size:1.08rem;max-width:44em;margin:1.1em 0 1.4em}
h2{font-size:1.35rem;letter-spacing:-.01em;margin:0 0 .3em;line-height:1.25}
h3{font-size:1rem;margin:1.2em 0 .4em;line-height:1.3}
.player-name{font-size:.9rem;font-weight:600;margin:0 0 .3em 44px}
section{margin:44px 0 0;padding-top:26px;border-top:1px solid var(--line)}
.explanation,.note{color:var(--muted);font-size:.92rem;max-width:52em;margin:.4em 0 .9em}
.note{color:var(--text);border-left:3px solid var(--line);padding-left:12px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:14px 24px;margin:0;padding:18px 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
.facts dt{color:var(--muted);font-size:.8rem}
.facts dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.facts dd small{display:block;font-weight:400;color:var(--muted)}
nav{margin:18px 0 0;font-size:.92rem}
nav a{color:var(--accent);text-decoration:none;margin-right:18px;display:inline-block}
nav a:hover,nav a:focus-visible{text-decoration:underline}
.stages{display:grid;grid-template-columns:max-content 1fr max-content;gap:5px 14px;align-items:center;max-width:620px;margin:.6em 0 0;font-size:.92rem}
.stages .bar{height:8px;border-radius:2px;background:var(--accent);opacity:.75;min-width:2px;print-color-adjust:exact}
.stages .time{text-align:right;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
.scroll:focus-visible,button:focus-visible,input:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.table{margin:22px 0 0}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:0 0 8px;white-space:nowrap}
th,td{padding:6px 14px;text-align:left;border-bottom:1px solid var(--line);vertical-align:baseline}
th:first-child,td:first-child{padding-left:0}
thead th{font-weight:500;color:var(--muted);font-size:.84rem;white-space:nowrap}
thead .group{text-align:center;border-bottom:1px solid var(--line);color:var(--text)}
thead tr:last-child th{border-bottom:1.5px solid var(--muted)}
tbody th{font-weight:400;white-space:nowrap}
td.right,th.right{text-align:right;white-space:nowrap}
.role-subject th,.role-subject td{font-weight:650;background:var(--shade)}
.role-subject th{box-shadow:inset 3px 0 0 var(--accent);padding-left:10px!important}
.role-trivial th,.role-trivial td{color:var(--muted)}
.pass{color:var(--pass);white-space:nowrap}
.fail{color:var(--fail);font-weight:650;white-space:nowrap}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:30px 36px;margin:22px 0 0}
figure{margin:0;min-width:0}
figcaption{font-weight:600;margin:0 0 4px}
figcaption+.explanation{margin-top:0}
.panel{margin:26px 0 0}
figure svg{display:block;max-width:100%;height:auto;color:var(--text);font-family:inherit;overflow:visible}
figure svg text{font-family:inherit}
.chart{position:relative}
.chart .scroll svg{width:100%;min-width:340px;max-width:560px}
.panel .scroll svg{max-width:none}
@media (min-width:900px){.panel .scroll svg{max-width:100%}}
.readout{position:absolute;z-index:2;pointer-events:none;background:var(--card);border:1px solid var(--line);border-radius:4px;padding:5px 9px;font-size:.8rem;line-height:1.4;box-shadow:0 2px 10px #0002;font-variant-numeric:tabular-nums;white-space:nowrap}
.readout[hidden]{display:none}
.readout span{display:block}
.readout-rule{stroke:var(--muted);stroke-width:1;stroke-dasharray:2 2;pointer-events:none}
.player-panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,240px),1fr));gap:18px}
.player-panel{min-width:0}
.player-panel canvas{display:block;width:100%;max-width:420px;aspect-ratio:1/1.005}
.player[data-dimension="1"] canvas{aspect-ratio:4/3}
.player-caption{color:var(--muted);font-size:.84rem;margin:.1em 0 0 44px;min-height:1.5em;font-variant-numeric:tabular-nums}
.player-controls{display:none;align-items:center;gap:14px;margin:10px 0 0;max-width:720px}
.player-ready .player-controls{display:flex}
.player-ready .player-message{display:none}
.player-button{width:40px;height:36px;border:1px solid var(--line);border-radius:6px;background:var(--card);color:var(--text);font:14px/1 system-ui,sans-serif;cursor:pointer}
.player-button:hover{border-color:var(--muted)}
.player-slider{flex:1;min-width:0;accent-color:var(--accent)}
.player-time{min-width:6.5em;font-variant-numeric:tabular-nums;font-weight:600}
details{margin:14px 0 0}
summary{cursor:pointer;font-weight:600}
pre{background:var(--shade);border:1px solid var(--line);border-radius:6px;padding:14px 16px;overflow-x:auto;font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
footer{color:var(--muted);font-size:.85rem;padding-top:40px;padding-bottom:40px}
@media (max-width:560px){main,header,footer{padding-left:16px;padding-right:16px}header{padding-top:28px}h1{font-size:1.55rem}}
@media print{:root{${LIGHT}}.l2e-density{filter:none}body{background:#fff;font-size:11pt}nav,.player-controls,.readout{display:none!important}section{break-inside:auto;margin-top:24pt}figure,tr,.player{break-inside:avoid}details>*{display:block}.chart .scroll svg{min-width:0}.panel .scroll svg{max-width:100%}.player-panels{grid-template-columns:repeat(3,1fr)}h2,h3,figcaption,.explanation{break-after:avoid}}
`;

/** @file What the playground adds to the report's style sheet. */

export const playgroundStyle = `
header{padding-top:20px}header h1{font-size:1.6rem}header .subtitle{font-size:1rem}
main{display:flow-root}
.tools{display:flex;flex-wrap:wrap;gap:8px 10px;align-items:center;margin:16px 0 0}
.tool{min-height:38px;padding:0 14px;border:1px solid var(--line);border-radius:6px;background:var(--card);color:var(--text);font:inherit;font-size:.92rem;cursor:pointer}
.tool:hover{border-color:var(--muted)}
.tool.primary{background:var(--accent);border-color:var(--accent);color:var(--page);font-weight:600;min-width:7em}
.tool:disabled{opacity:.5;cursor:default}
select{min-height:38px;border:1px solid var(--line);border-radius:6px;background:var(--card);color:var(--text);font:inherit;font-size:.92rem;padding:0 8px}
select:focus-visible,canvas:focus-visible,.choice input:focus-visible+span{outline:2px solid var(--accent);outline-offset:2px}
.brush{display:inline-flex;border:1px solid var(--line);border-radius:6px;overflow:hidden;background:var(--card)}
.choice{display:flex;cursor:pointer;font-size:.92rem}
.choice input{position:absolute;opacity:0;width:1px;height:1px}
.choice span{padding:0 14px;line-height:36px}
.choice input:checked+span{background:var(--shade);font-weight:600;box-shadow:inset 0 -2px 0 var(--accent)}
.slider{display:inline-flex;align-items:center;gap:6px;font-size:.92rem;color:var(--muted);white-space:nowrap}
.slider input{accent-color:var(--accent);width:110px;height:32px}
.time{min-width:5.2em;font-variant-numeric:tabular-nums;font-weight:600;font-size:1.05rem}
.play-panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,280px),1fr));gap:8px 24px;margin:14px 0 0;max-width:860px}
figcaption small{font-weight:400;color:var(--muted);margin-left:10px}
.play-panel:only-child{max-width:480px}
.play-panel canvas{display:block;width:100%;aspect-ratio:1/1.01}
.play-learned canvas{touch-action:none;cursor:crosshair;border-radius:4px}
.play-learned figcaption{color:var(--c0072b2)}
.scale{display:flex;flex-wrap:wrap;align-items:center;gap:4px 14px;color:var(--muted);font-size:.84rem;margin:2px 0 0 40px}
.scale canvas{width:260px;height:26px}
#alert{color:var(--fail);font-weight:600;margin:8px 0 0}
#alert:empty{display:none}
.energy{margin:14px 0 0;max-width:860px}
.energy svg{max-width:100%}
.key{font-weight:400;font-size:.84rem;color:var(--muted);margin-left:16px;white-space:nowrap;display:inline-block}
.key i{display:inline-block;width:22px;margin-right:6px;vertical-align:middle;border-top:2.5px solid var(--c0072b2)}
.key-exact i{border-color:var(--c1f2328);border-top-width:2px}
.key-least i{border-top:2px dashed var(--c7a828b)}
.energy .player-caption{margin:.2em 0 0}
.shortcuts dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:10px 0;font-size:.92rem}
.shortcuts dd{margin:0}
kbd{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;padding:1px 6px;background:var(--card)}
@media (max-width:640px){header{padding-top:14px}.tools{gap:8px}.tool{padding:0 11px}.tool.primary{min-width:6.2em}.scale{margin-left:0}.time-tools{position:sticky;bottom:0;z-index:3;background:var(--page);border-top:1px solid var(--line);margin:12px -16px 0;padding:8px 16px}.slider .word{display:none}.key{margin-left:10px}}
`;

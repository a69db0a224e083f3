/** Light, dark and on paper, where colours may be grey: the legend says which bar is which by its place too. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --page: #fff; --line: #d5dae0; --card: #f6f8fa;
  --local: #8a94a0; --external: #1f6feb; --healthy: #2da44e; --inconclusive: #b08800; --failing: #cf222e; --step: #6e7781; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4af; --page: #0d1117; --line: #30363d; --card: #161b22;
  --local: #6e7781; --external: #58a6ff; --healthy: #3fb950; --inconclusive: #d29922; --failing: #f85149; --step: #8b949e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 16px 40px; max-width: 1120px; background: var(--page); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 15px; font-weight: 600; color: var(--soft); margin: 0; }
h2 { font-size: 16px; margin: 24px 0 8px; }
.verdict { font-size: 24px; line-height: 1.25; font-weight: 700; margin: 4px 0 8px; padding-left: 12px; border-left: 6px solid var(--healthy); }
.no-go .verdict { border-color: var(--failing); }
.summary, .note { color: var(--soft); margin: 0 0 8px; }
.wide + .note, ul + .note { margin-top: 10px; }
code { font: 13px ui-monospace, monospace; }
.charts { display: grid; gap: 16px; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); }
figure { margin: 0; padding: 12px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: 6px; }
.key { font-weight: 400; color: var(--soft); font-size: 13px; white-space: nowrap; margin-left: 8px; }
.key i { display: inline-block; width: 10px; height: 10px; margin-right: 4px; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 10px system-ui, sans-serif; fill: var(--ink); }
svg text.value { fill: var(--soft); }
${['local', 'external', 'healthy', 'inconclusive', 'failing', 'step'].map((kind) => `.${kind} { fill: var(--${kind}); } i.${kind} { background: var(--${kind}); }`).join('\n')}
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th, td { text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; }
.rounds td, .rounds th { white-space: nowrap; overflow-wrap: normal; font-variant-numeric: tabular-nums; }
.rounds thead th { white-space: normal; vertical-align: bottom; }
.proofs th { width: 190px; color: var(--ink); }
.columns { display: grid; gap: 0 32px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
ul { margin: 0; padding-left: 20px; }
@media (max-width: 560px) { .proofs th, .proofs td { display: block; width: auto; border: 0; padding: 2px 0; } .proofs td { border-bottom: 1px solid var(--line); padding-bottom: 8px; } .proofs th { padding-top: 8px; } }
@media print { @page { size: A4; margin: 11mm; } :root { color-scheme: light; }
  body { padding: 0; max-width: none; font-size: 9px; } .verdict { font-size: 15px; } h1, h2 { font-size: 10.5px; margin: 7px 0 3px; }
  table, code, .key { font-size: 8px; } th, td { padding: 1.5px 8px 1.5px 0; } .charts { grid-template-columns: repeat(4, 1fr); gap: 6px; }
  figure { padding: 5px; } .key { display: block; margin: 0; white-space: normal; } .wide { overflow: visible; }
  rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; } .key i { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;

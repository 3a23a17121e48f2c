/** The Station's only style sheet. */
export const STATION_CSS = `
:root {
  --bg: #f6f7f9; --card: #ffffff; --line: #dfe3e8; --text: #1b1f24; --quiet: #59636e; --link: #0b57d0; --code: #eef1f4;
  --green: #17713a; --green-bg: #e3f5e9; --amber: #8a5300; --amber-bg: #fff3d6; --red: #b42318; --red-bg: #fdebe9;
  --violet: #6b3fc0; --violet-bg: #f0eafd; --blue: #0b57d0; --blue-bg: #e7f0fe; --shadow: 0 1px 2px rgb(16 24 40 / 6%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0e1116; --card: #161b22; --line: #2b323c; --text: #e7ebf0; --quiet: #9aa5b1; --link: #79b0ff; --code: #232a33;
    --green: #5ed189; --green-bg: #12301f; --amber: #f0b849; --amber-bg: #352806; --red: #ff8b80; --red-bg: #3b1613;
    --violet: #bda1ff; --violet-bg: #291e47; --blue: #79b0ff; --blue-bg: #12264a; --shadow: none;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--bg); color: var(--text); -webkit-text-size-adjust: 100%;
  font: 15px/1.55 -apple-system, "Segoe UI", Inter, Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
}
a { color: var(--link); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
code, .diff del, .diff ins, .place {
  font-family: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; font-size: 0.88em;
}
code { background: var(--code); padding: 0.1em 0.36em; border-radius: 5px; overflow-wrap: anywhere; }
h1 { font-size: 26px; line-height: 1.25; margin: 2px 0 18px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 15px; line-height: 1.3; margin: 0 0 12px; }
h2.section { margin: 28px 0 12px; color: var(--quiet); }
h3 { font-size: 15px; margin: 0; overflow-wrap: anywhere; }
p { margin: 0 0 8px; }
p:last-child { margin-bottom: 0; }
ul { list-style: none; margin: 0; padding: 0; }
.quiet { color: var(--quiet); font-size: 13px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--card); padding: 6px 10px; }

.top { display: flex; align-items: center; gap: 28px; padding: 0 max(20px, calc((100vw - 1120px) / 2)); height: 56px; background: var(--card); border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: 9px; font-weight: 650; font-size: 16px; color: var(--text); text-decoration: none; }
.logo path { fill: var(--blue); }
.logo .tick { fill: none; stroke: var(--card); stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.top nav { display: flex; gap: 20px; height: 100%; }
.top nav a { display: flex; align-items: center; color: var(--quiet); text-decoration: none; border-bottom: 2px solid transparent; border-top: 2px solid transparent; }
.top nav a:hover { color: var(--text); }
.top nav a[aria-current] { color: var(--text); font-weight: 600; border-bottom-color: var(--blue); }
main { max-width: 1160px; margin: 0 auto; padding: 26px 20px 60px; }

.crumb { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 16px; color: var(--quiet); font-size: 14px; margin: 0 0 2px; }
.notice { background: var(--amber-bg); color: var(--amber); padding: 10px 14px; border-radius: 10px; margin-bottom: 16px; }
.notice a { color: inherit; font-weight: 600; }

.verdict { --tone: var(--red); --tone-bg: var(--red-bg); display: flex; gap: 18px; align-items: flex-start; padding: 20px 22px; margin-bottom: 18px; border-radius: 14px; background: var(--tone-bg); border: 1px solid color-mix(in srgb, var(--tone) 34%, transparent); }
.verdict .state { color: var(--tone); font-weight: 650; font-size: 13px; margin: 0 0 2px; }
.verdict .line { font-size: 20px; line-height: 1.35; font-weight: 620; margin-bottom: 4px; overflow-wrap: anywhere; }
.verdict code { background: color-mix(in srgb, var(--tone) 15%, transparent); }
.simulated { font-weight: 650; color: var(--tone); margin-top: 8px; }
.approved, .auto_approved, .not_applicable { --tone: var(--green); --tone-bg: var(--green-bg); }
.pending_approval { --tone: var(--amber); --tone-bg: var(--amber-bg); }
.overridden { --tone: var(--violet); --tone-bg: var(--violet-bg); }
.disc { flex: none; display: grid; place-items: center; width: 44px; height: 44px; border-radius: 50%; font-size: 22px; line-height: 1; color: var(--card); background: var(--tone); }

.columns { display: grid; grid-template-columns: minmax(0, 1fr) 340px; gap: 18px; align-items: start; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 18px 20px; margin-bottom: 18px; box-shadow: var(--shadow); min-width: 0; }
.number { color: var(--quiet); font-weight: 500; }
.tone-next { border-left: 4px solid var(--blue); }
.tone-bad { border-left: 4px solid var(--red); }
.tone-override { border-left: 4px solid var(--violet); }
.sentences li { overflow-wrap: anywhere; }
.sentences li + li, .sentences + .quiet { margin-top: 8px; }

.chip { display: inline-block; padding: 0 9px; border-radius: 20px; font-size: 12.5px; line-height: 22px; background: var(--code); color: var(--text); text-decoration: none; overflow-wrap: anywhere; }
.chip.env { margin-left: 8px; }
.chip.env.production { background: var(--red-bg); color: var(--red); }
.chip.removed { background: var(--red-bg); color: var(--red); text-decoration: line-through; text-decoration-thickness: 2px; font-weight: 650; }
.chip.added { background: var(--green-bg); color: var(--green); font-weight: 650; }
.pill { display: inline-block; font-size: 12px; font-weight: 600; line-height: 20px; padding: 0 8px; border-radius: 6px; background: var(--code); color: var(--quiet); white-space: nowrap; }
.pill.block, .pill.high, .pill.critical { background: var(--red-bg); color: var(--red); }
.pill.break, .pill.warn, .pill.medium, .pill.warning { background: var(--amber-bg); color: var(--amber); }
.pill.low, .pill.on { background: var(--green-bg); color: var(--green); }

.change + .change, .requirement + .requirement { border-top: 1px solid var(--line); margin-top: 16px; padding-top: 16px; }
.change header, .requirement header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; }
.change h3 code { background: none; padding: 0; font-size: 15px; }
.place { color: var(--quiet); overflow-wrap: anywhere; margin-left: auto; }
.what { margin: 6px 0 8px; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; align-content: center; padding: 5px 9px; min-height: 32px; border-radius: 7px; background: var(--bg); }
.diff .chips del, .diff .chips ins { font: inherit; font-size: 12.5px; line-height: 22px; padding: 0 9px; border-radius: 20px; display: inline-block; }
.diff .chips del { text-decoration: line-through; text-decoration-thickness: 2px; }
.diff .chips .chip { background: var(--code); }
.diff .chips .removed { background: var(--red-bg); font-weight: 650; }
.diff .chips .added { background: var(--green-bg); font-weight: 650; }
.diff .chips del::before { content: none; }
.diff { display: grid; grid-template-columns: 92px minmax(0, 1fr) minmax(0, 1fr); gap: 6px; align-items: stretch; margin-bottom: 6px; }
.diff .label { color: var(--quiet); font-size: 13px; padding-top: 4px; }
.diff del, .diff ins { display: block; text-decoration: none; padding: 4px 9px; border-radius: 7px; overflow-wrap: anywhere; white-space: pre-wrap; }
.diff del { background: var(--red-bg); color: var(--red); }
.diff ins { background: var(--green-bg); color: var(--green); }
.diff del::before { content: "− "; }
.diff ins::before { content: "+ "; }
.why { color: var(--quiet); font-size: 13.5px; display: flex; flex-wrap: wrap; gap: 2px 8px; }

.requirement .have { margin-left: auto; font-weight: 650; font-variant-numeric: tabular-nums; }
.requirement > .quiet { margin: 0 0 8px 30px; }
.people { margin-left: 30px; }
.people li { display: flex; gap: 8px; padding: 3px 0; overflow-wrap: anywhere; }
.symbol { flex: none; display: inline-grid; place-items: center; width: 20px; height: 20px; border-radius: 50%; font-size: 12px; font-weight: 700; line-height: 1; margin-top: 2px; background: var(--code); color: var(--quiet); }
.symbol.pass { background: var(--green-bg); color: var(--green); }
.symbol.pending, .symbol.warn { background: var(--amber-bg); color: var(--amber); }
.symbol.rejected, .symbol.invalid, .symbol.blocked, .symbol.error { background: var(--red-bg); color: var(--red); }
.symbol.overridden { background: var(--violet-bg); color: var(--violet); }

.tree ul { margin-left: 9px; padding-left: 20px; border-left: 1px solid var(--line); }
.tree summary, .tree .leaf { display: flex; gap: 9px; padding: 4px 0; overflow-wrap: anywhere; }
.tree summary { cursor: pointer; list-style: none; }
.tree summary::-webkit-details-marker { display: none; }
.tree summary .node::after { content: "▸"; color: var(--quiet); font-size: 11px; margin-left: 6px; }
.tree details[open] > summary .node::after { content: "▾"; }
.tree .node { min-width: 0; color: var(--quiet); }
.tree .node strong { color: var(--text); font-weight: 600; }

.score { margin: 0 0 10px; color: var(--quiet); display: flex; align-items: baseline; gap: 7px; }
.score strong { font-size: 34px; line-height: 1; color: var(--text); letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.score .pill { margin-left: auto; }
.bar { display: block; width: 100%; height: 8px; border-radius: 4px; margin-bottom: 14px; }
.bar .track { fill: var(--code); }
.bar .fill { fill: var(--green); }
.bar.medium .fill { fill: #e0a020; }
.bar.high .fill, .bar.critical .fill { fill: var(--red); }
.factors li { display: grid; grid-template-columns: 1fr auto; gap: 0 10px; padding: 7px 0; border-top: 1px solid var(--line); }
.factors .name { font-weight: 550; }
.factors .name::first-letter { text-transform: uppercase; }
.factors .points { font-weight: 650; font-variant-numeric: tabular-nums; }
.factors .because, .policies .because, .policies .quiet { grid-column: 1 / -1; color: var(--quiet); font-size: 13px; overflow-wrap: anywhere; }
.factors { margin-bottom: 10px; }
.policies li { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center; padding: 8px 0; border-top: 1px solid var(--line); }
.policies li:first-child { border-top: 0; padding-top: 0; }
.policies .because, .policies .quiet { flex-basis: 100%; }
.policies .unmatched > code { color: var(--quiet); }
.facts { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 5px 12px; margin: 0 0 10px; font-size: 13px; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; }
.hash { display: inline-block; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; overflow-wrap: normal; }

.record { border-color: color-mix(in srgb, var(--green) 40%, var(--line)); }
.record.forced { border-color: color-mix(in srgb, var(--violet) 40%, var(--line)); }
.record .grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px 24px; }
.record .name { display: block; color: var(--quiet); font-size: 13px; }

.pulls li { --tone: var(--red); --tone-bg: var(--red-bg); background: var(--card); border: 1px solid var(--line); border-radius: 14px; margin-bottom: 10px; box-shadow: var(--shadow); }
.pulls li.approved, .pulls li.auto_approved, .pulls li.not_applicable { --tone: var(--green); --tone-bg: var(--green-bg); }
.pulls li.pending_approval { --tone: var(--amber); --tone-bg: var(--amber-bg); }
.pulls li.overridden { --tone: var(--violet); --tone-bg: var(--violet-bg); }
.pulls a { display: flex; gap: 14px; align-items: center; padding: 14px 18px; color: inherit; text-decoration: none; border-radius: 14px; }
.pulls a:hover .title { color: var(--link); }
.pulls .disc { width: 34px; height: 34px; font-size: 16px; background: var(--tone-bg); color: var(--tone); }
.pulls .body { flex: 1; min-width: 0; }
.pulls .title { display: block; font-weight: 620; overflow-wrap: anywhere; }
.pulls .ref { font-weight: 400; color: var(--quiet); margin-left: 8px; font-size: 14px; }
.pulls .line { display: block; color: var(--quiet); overflow-wrap: anywhere; }
.pulls .aside { display: grid; justify-items: end; gap: 3px; flex: none; }
.pulls .state { color: var(--tone); font-weight: 600; font-size: 13.5px; }
.empty { color: var(--quiet); padding: 40px 0; text-align: center; }

.audit { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: 14px; }
.audit th { text-align: left; color: var(--quiet); font-weight: 500; font-size: 13px; padding: 0 12px 8px 0; }
.audit th:first-child { width: 52px; }
.audit th:nth-child(2) { width: 160px; }
.audit th:nth-child(5) { width: 90px; }
.audit th:nth-child(6) { width: 150px; }
.audit td { border-top: 1px solid var(--line); padding: 9px 12px 9px 0; vertical-align: top; overflow-wrap: anywhere; }
.table { width: 100%; border-collapse: collapse; font-size: 14px; }
.table th { text-align: left; color: var(--quiet); font-weight: 500; font-size: 13px; padding: 0 16px 8px 0; white-space: nowrap; }
.table td { border-top: 1px solid var(--line); padding: 9px 16px 9px 0; vertical-align: top; overflow-wrap: break-word; }
.table a, .table.fixed td { overflow-wrap: anywhere; }
.card.wide { overflow-x: auto; }
.table .chip { margin: 0 4px 0 0; }
.table th:last-child, .table td:last-child { padding-right: 0; }
.table .cell { display: block; min-width: 0; }
.table.fixed { table-layout: fixed; }
.table.report th:nth-child(1) { width: 132px; }
.table.report th:nth-child(2), .table.report th:nth-child(4) { width: 15%; }
.table.report th:nth-child(6) { width: 16%; }
.tone-row.bad td:first-child { box-shadow: inset 3px 0 0 var(--red); padding-left: 10px; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.drawing svg { display: block; max-width: none; }
.drawing .edge { fill: none; stroke: var(--quiet); stroke-width: 1.5; opacity: 0.7; }
.drawing .node rect { fill: var(--card); stroke: var(--line); stroke-width: 1.5; }
.drawing .node.tagged rect { fill: var(--amber-bg); stroke: var(--amber); }
.drawing .node.outside rect { stroke-dasharray: 4 3; fill: var(--bg); }
.drawing .node.critical rect { stroke: var(--red); stroke-width: 2; }
.drawing .node text { font-size: 13px; fill: var(--text); }
.drawing .node .marks { font-size: 11.5px; fill: var(--quiet); }
.drawing a:focus-visible rect, .drawing a:hover rect { stroke: var(--link); stroke-width: 2.5; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 10px; margin: 0 0 18px; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 10px 14px; }
.figures dt { color: var(--quiet); font-size: 13px; }
.figures dd { margin: 0; font-size: 22px; font-weight: 650; font-variant-numeric: tabular-nums; }
.figures .bad dd { color: var(--red); }
.figures .good dd { color: var(--green); }
.quiet.block { display: block; }
.late { color: var(--red); }
.empty p { margin: 0 0 6px; }
.card > h2 .pill { margin-left: 6px; }
.chain { padding: 14px 20px; }
.chain h2 { margin: 0 0 4px; }
.chain p { margin: 4px 0 0; }
.note-warning { margin: 0 0 14px; font-size: 14px; }
.search { display: flex; flex-wrap: wrap; gap: 10px 14px; align-items: flex-end; margin: 0 0 18px; }
.search label { display: grid; gap: 4px; font-size: 13px; color: var(--quiet); flex: 1 1 160px; }
.search input { font: inherit; font-size: 14px; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 7px 10px; min-width: 0; }
.search select { font: inherit; font-size: 14px; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 7px 10px; min-width: 0; max-width: 100%; }
.search input:focus-visible, .search select:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.search button { font: inherit; font-size: 14px; font-weight: 600; color: var(--text); background: var(--code); border: 1px solid var(--line); border-radius: 8px; padding: 7px 16px; cursor: pointer; }
.search a { font-size: 14px; padding: 8px 0; }
.audit .pill.critical { background: var(--red-bg); color: var(--red); }
.acts form { display: grid; gap: 8px; }
.acts form + form { border-top: 1px solid var(--line); margin-top: 16px; padding-top: 16px; }
.acts label { font-size: 13px; color: var(--quiet); }
.acts textarea { width: 100%; min-height: 64px; padding: 8px 10px; font: inherit; font-size: 14px; color: inherit; background: var(--bg); border: 1px solid var(--line); border-radius: 8px; resize: vertical; }
.acts textarea.source { min-height: 0; font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; white-space: pre; overflow-x: auto; }
.acts .row { display: flex; flex-wrap: wrap; gap: 8px; }
button { font: inherit; font-size: 14px; font-weight: 600; padding: 7px 14px; border-radius: 8px; border: 1px solid var(--line); background: var(--card); color: var(--text); cursor: pointer; }
button:hover { border-color: var(--quiet); }
button:focus-visible, textarea:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
button.go { background: var(--green); border-color: var(--green); color: var(--card); }
button.stop { color: var(--red); border-color: color-mix(in srgb, var(--red) 45%, var(--line)); }
.draft { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; padding: 10px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.draft:first-child { border-top: 0; padding-top: 0; }
.draft .body { flex: 1 1 240px; min-width: 0; }
.draft .quiet { display: block; }
.questions { display: grid; gap: 10px; list-style: none; margin: 0; padding: 0; }
.questions li { display: flex; gap: 10px; overflow-wrap: anywhere; }
.questions .body { min-width: 0; }
.said { background: var(--green-bg); color: var(--green); padding: 10px 14px; border-radius: 10px; margin-bottom: 16px; }
.refused { background: var(--red-bg); color: var(--red); padding: 10px 14px; border-radius: 10px; margin-bottom: 16px; overflow-wrap: anywhere; }
.closed { max-width: 480px; margin: 12vh auto 0; text-align: center; color: var(--quiet); }
.closed h1 { color: var(--text); }

@media (max-width: 1140px) {
  .top { padding: 8px 20px 0; height: auto; flex-wrap: wrap; gap: 0 24px; }
  .top nav { height: auto; flex-wrap: wrap; gap: 0 18px; }
  .top nav a { padding: 8px 0; }
}
@media (max-width: 860px) {
  .columns { grid-template-columns: minmax(0, 1fr); gap: 0; }
}
@media (max-width: 600px) {
  main { padding: 18px 14px 40px; }
  .top { padding: 8px 14px 0; gap: 2px; height: auto; flex-direction: column; align-items: stretch; }
  .top nav { gap: 4px 16px; font-size: 14px; flex-wrap: wrap; height: auto; }
  .top nav a { padding: 7px 0; }
  h1 { font-size: 22px; }
  .verdict { padding: 16px; gap: 12px; }
  .verdict .line { font-size: 17px; }
  .disc { width: 32px; height: 32px; font-size: 16px; }
  .card { padding: 16px; }
  .place { margin-left: 0; flex-basis: 100%; }
  .diff { grid-template-columns: minmax(0, 1fr); gap: 3px; }
  .record .grid { grid-template-columns: minmax(0, 1fr); }
  .pulls a { flex-wrap: wrap; }
  .pulls .body { flex-basis: calc(100% - 60px); }
  .pulls .aside { flex-basis: 100%; display: flex; justify-content: space-between; padding-left: 48px; }
  .audit, .audit tbody, .audit tr, .audit td, .table, .table tbody, .table tr, .table td { display: block; width: 100%; }
  .audit thead, .table thead { position: absolute; left: -9999px; }
  .table tr { border-top: 1px solid var(--line); padding: 8px 0; }
  .table td { border: 0; padding: 2px 0; display: grid; overflow-wrap: anywhere; grid-template-columns: 92px minmax(0, 1fr); gap: 8px; }
  .table td::before { content: attr(data-name); color: var(--quiet); }
  .audit tr { border-top: 1px solid var(--line); padding: 8px 0; }
  .audit td { border: 0; padding: 2px 0; display: grid; grid-template-columns: 74px minmax(0, 1fr); }
  .audit td::before { content: attr(data-name); color: var(--quiet); }
}
`;

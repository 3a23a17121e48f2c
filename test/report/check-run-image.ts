/** Writes docs/images/check-run.html: the check run of the strip fixture as a reviewer sees it. Photograph it with a headless browser at 1100 x 736 into check-run.png. */
import { writeFileSync } from "node:fs";
import { renderCheckRun } from "../../src/report/check-run.ts";
import { strip } from "./fixtures.ts";
import { renderPreview } from "./markdown-preview.ts";

const view = {
  policy: null,
  evaluationId: "0198c2a4-7f31-7c02-9d55-1b6e0f4a8c21",
  detailsUrl: "https://countersign.example/evaluations/0198c2a4",
};
const run = renderCheckRun(strip, view);
const buttons = run.actions.map((action) => `<span class="button">${action.label}</span>`).join("");

const STYLE = `
body { margin: 0; padding: 24px; width: 1052px; background: #f6f8fa; color: #1f2328; font: 15px/1.55 -apple-system, "Segoe UI", "Noto Sans", Helvetica, "Liberation Sans", Arial, sans-serif; }
.run { background: #fff; border: 1px solid #d1d9e0; border-radius: 8px; overflow: hidden; }
.bar { display: flex; align-items: center; gap: 10px; padding: 13px 20px; border-bottom: 1px solid #d1d9e0; background: #f6f8fa; font-size: 15px; }
.bar b { font-weight: 600; } .bar i { font-style: normal; color: #9a6700; } .bar span.space { flex: 1; }
.dot { width: 16px; height: 16px; border-radius: 50%; border: 4px solid #bf8700; box-sizing: border-box; }
.button { border: 1px solid #d1d9e0; border-radius: 6px; padding: 3px 12px; font-size: 13px; font-weight: 500; background: #fff; }
.body { padding: 20px 24px 16px; }
h1 { font-size: 23px; line-height: 1.3; font-weight: 600; margin: 0 0 14px; padding-bottom: 11px; border-bottom: 1px solid #d1d9e0; }
p { margin: 0 0 14px; } a { color: #0969da; text-decoration: none; } b.mention { font-weight: 600; }
code { font: 85% "SF Mono", Menlo, "Liberation Mono", monospace; background: #eff1f3; padding: .18em .38em; border-radius: 5px; }
h1 code { font-size: 85%; }
table { border-collapse: collapse; width: 100%; margin: 0 0 12px; }
th, td { border: 1px solid #d1d9e0; padding: 7px 12px; text-align: left; vertical-align: top; } th { font-weight: 600; background: #fff; }
tr:nth-child(2n) td { background: #f6f8fa; }
ul { margin: 0 0 14px; padding-left: 26px; } pre { background: #f6f8fa; padding: 12px; border-radius: 6px; }
details { margin: 0 0 8px; } summary { cursor: pointer; }
`;

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>countersign: main</title><style>${STYLE}</style></head><body>
<div class="run"><div class="bar"><span class="dot"></span><b>countersign: main</b><i>Action required</i><span class="space"></span>${buttons}</div>
<div class="body"><h1>${run.title.replaceAll("<", "&lt;")}</h1>
${renderPreview(run.summary)}
</div></div></body></html>
`;
writeFileSync(new URL("../../docs/images/check-run.html", import.meta.url), page);

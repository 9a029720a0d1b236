/**
 * The trace as one page that needs nothing else: the picture, a slider over the steps, a filter by object.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";
import { errorName } from "./error_name.ts";
import { pasteLine } from "./paste_line.ts";
import { renderReport } from "./report.ts";
import { svg } from "./svg.ts";
import { plain } from "./text.ts";
import { verdictOf } from "./verdict.ts";
import { escapeXml } from "./xml.ts";

const STYLE = `body{font:14px system-ui,sans-serif;margin:24px;color:#1f2430;background:#fff}
h1{font-size:22px}pre,code{font:12px ui-monospace,Consolas,monospace}pre{background:#f6f8fb;padding:12px;overflow:auto}
form{position:sticky;top:0;background:#fff;padding:8px 0;display:flex;gap:24px;align-items:center}
input[type=range]{width:320px}#picture{overflow-x:auto}.now .box{stroke-width:2.5}`;

// Neither "<" nor "&" may stand in it, so that the page is XML too.
const SCRIPT = `"use strict";
const rows = [...document.querySelectorAll(".row")];
const slider = document.getElementById("step");
const shown = document.getElementById("shown");
const filter = document.getElementById("object");
const steps = [...new Set(rows.map((row) => Number(row.dataset.step)))];
slider.max = String(Math.max(0, steps.length - 1));
slider.value = slider.max;
function draw() {
  const now = steps[Number(slider.value)];
  shown.textContent = now === undefined ? "none" : String(now);
  for (const row of rows) {
    const step = Number(row.dataset.step);
    const isOther = filter.value === "" ? false : row.dataset.object !== filter.value;
    row.classList.toggle("off", step > now || isOther);
    row.classList.toggle("now", step === now);
  }
}
function point(event) {
  const row = event.target.closest(".row");
  if (row === null) return;
  filter.value = row.dataset.object === filter.value ? "" : row.dataset.object;
  draw();
}
slider.addEventListener("input", draw);
filter.addEventListener("change", draw);
document.getElementById("picture").addEventListener("click", point);
document.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by === undefined || event.target === slider || event.target === filter) return;
  slider.value = String(Number(slider.value) + by);
  draw();
});
draw();`;

/** html writes a schedule as a page. It loads nothing. */
export function html(record: ScheduleRecord, context: ReportContext): string {
  const title = escapeXml(verdictOf(record, context));
  const name = record.failure === undefined ? "Schedule" : errorName(record.failure.kind);
  const heading = escapeXml(
    context.testName === undefined ? name : `${name} in "${context.testName}"`,
  );
  const used = new Set(record.events.map(({ resource }) => resource));
  const names = record.resources.filter(({ id }) => used.has(id)).map(({ name }) => plain(name));
  const options = [...new Set(names)].map((it) => `<option>${escapeXml(it)}</option>`);
  const report = renderReport(record, context, { width: 120, color: false });
  const picture = svg(record, context);
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"/><title>${title}</title><style>${STYLE}</style></head>
<body>
<h1>${heading}</h1>
<p><code>${escapeXml(pasteLine(context))}</code></p>
<form><label>up to step <input id="step" type="range" min="0" value="0"/> <output id="shown"></output></label>
<label>only <select id="object"><option value="">every object</option>${
    options.join("")
  }</select></label>
<span>click an operation to see only its object; arrow keys step</span></form>
<div id="picture">
${picture}</div>
<details><summary>Report</summary><pre>${
    report.split("\n").map(escapeXml).join("\n")
  }</pre></details>
<script>
${SCRIPT}
</script>
</body>
</html>
`;
}

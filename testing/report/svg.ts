/**
 * The trace as a picture: lanes from left to right, time downwards, arrows for who let whom go on.
 *
 * Marks are shapes or ASCII, since a font that lacks a sign shows a box.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";
import { Names } from "./names.ts";
import { Places } from "./places.ts";
import { livesOf, type Row, rowsOf } from "./rows.ts";
import { cut, formatDuration, lengthOf, longest, pad, plural } from "./text.ts";
import { verdictOf } from "./verdict.ts";
import { escapeXml } from "./xml.ts";

/** More rows no viewer shows well; they are counted. */
const MOST_ROWS = 2000;
const ROW = 24, TOP = 84, LEFT = 132, LANE = 184, LABEL = 22, CHARACTER = 7.3;
const STYLE = `text{font:12px ui-monospace,"DejaVu Sans Mono",Consolas,monospace;fill:#1f2430}
.t{font-weight:bold;font-size:14px}.n{font-weight:bold}.d{fill:#69707f}.life{stroke:#c4cad6;stroke-width:2}
.wait{stroke:#d9822b;stroke-width:3;stroke-dasharray:3 5}.box{fill:#e8effc;stroke:#7c9bd6}
.blocked .box{fill:#fdf0e1;stroke:#d9822b}.thrown .box{fill:#fde3e3;stroke:#c23030}.thrown text.o{fill:#a82222}
.arrow{stroke:#2f7d4f;stroke-width:1.5;fill:none}.tip{fill:#2f7d4f}.switch{fill:#d9a400}.line{fill:#f6f8fb}
.off{opacity:.15}`;

/** svg draws a schedule. Every row has its step and its object as data attributes. */
export function svg(record: ScheduleRecord, context: ReportContext): string {
  const drawing = new Drawing(record);
  const { width, height } = drawing;
  const title = verdictOf(record, context);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(title)}</title><style>${STYLE}</style>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text class="t" x="16" y="26">${escapeXml(cut(title, Math.floor((width - 32) / 8.6)))}</text>`,
    ...drawing.elements(),
    "</svg>\n",
  ].join("\n");
}

class Drawing {
  readonly width: number;
  readonly height: number;
  readonly #record: ScheduleRecord;
  readonly #names: Names;
  readonly #places: Places;
  readonly #lanes: readonly number[];
  readonly #rows: readonly Row[];
  readonly #leftOut: number;
  readonly #placeWidth: number;
  readonly #right: number;

  constructor(record: ScheduleRecord) {
    this.#record = record;
    this.#names = new Names(record);
    this.#places = new Places(record);
    this.#lanes = [...livesOf(record).keys()];
    const rows = rowsOf(record).flat().filter(({ goroutine }) => this.#lanes.includes(goroutine));
    this.#rows = rows.slice(-MOST_ROWS);
    this.#leftOut = rows.length - this.#rows.length;
    this.#placeWidth = longest(
      this.#rows.flatMap(({ at }) => at?.source === undefined ? [] : [this.#places.short(at)]),
    );
    this.#right = LEFT + this.#lanes.length * LANE;
    const places = this.#rows.map(({ at }) => at === undefined ? "" : this.#placeText(at));
    this.width = Math.ceil(Math.max(480, this.#right + 12 + longest(places) * CHARACTER + 16));
    this.height = TOP + (this.#rows.length + 1) * ROW;
  }

  elements(): string[] {
    const note = this.#leftOut === 0
      ? ""
      : `the first ${plural(this.#leftOut, "operation")} are left out`;
    return [
      `<text class="d" x="16" y="46">${
        escapeXml(note || "arrows: lets go on; dashed: waits; triangle: the scheduler switched")
      }</text>`,
      `<text class="d" x="34" y="${TOP - 10}">step</text><text class="d" x="80" y="${
        TOP - 10
      }">time</text>`,
      ...this.#rows.map((row, y) =>
        row.isFirst && row.step.step % 2 === 0 ? this.#stripe(row, y) : ""
      ),
      ...this.#lanes.flatMap((id) => this.#lane(id)),
      ...this.#rows.map((row, index) => this.#row(row, index)),
    ].filter((it) => it !== "");
  }

  #x(id: number): number {
    return LEFT + this.#lanes.indexOf(id) * LANE;
  }

  #y(index: number): number {
    return TOP + index * ROW + ROW / 2;
  }

  #placeText(at: NonNullable<Row["at"]>): string {
    const place = this.#places.short(at);
    return at.source === undefined
      ? place
      : `${pad(place, this.#placeWidth)}   ${cut(at.source, 60)}`;
  }

  #stripe(row: Row, index: number): string {
    const next = this.#rows.findIndex((it, y) => y > index && it.step !== row.step);
    const height = ((next < 0 ? this.#rows.length : next) - index) * ROW;
    return `<rect class="line" x="0" y="${
      TOP + index * ROW
    }" width="${this.width}" height="${height}"/>`;
  }

  /** The name of a goroutine, its life, and the stretches in which it waits. */
  #lane(id: number): string[] {
    const x = this.#x(id) + 10;
    const own = (row: Row): boolean => row.goroutine === id;
    const started = this.#rows.findIndex(({ event }) => event?.started === id);
    const first = started < 0 ? id === 1 ? 0 : this.#rows.findIndex(own) : started;
    const ended = this.#rows.findIndex((row) => own(row) && row.ends);
    const last = ended < 0 ? this.#rows.length : ended;
    const waits = this.#rows.flatMap((row, index) => {
      if (!own(row) || !row.waits) return [];
      const next = this.#rows.findIndex((it, y) =>
        y > index && (own(it) || it.event?.wakes.includes(id) === true)
      );
      return [this.#vertical("wait", x, index, next < 0 ? this.#rows.length : next)];
    });
    const name = cut(this.#names.title(id), LABEL + 1);
    return [
      `<text class="n" x="${x - 6}" y="${TOP - 10}">${escapeXml(name)}<title>${
        escapeXml(this.#names.title(id))
      }</title></text>`,
      first < 0 ? "" : this.#vertical("life", x, first, last),
      ...waits,
    ];
  }

  #vertical(kind: string, x: number, from: number, to: number): string {
    return `<line class="${kind}" x1="${x}" y1="${this.#y(from)}" x2="${x}" y2="${this.#y(to)}"/>`;
  }

  #row(row: Row, index: number): string {
    const { step, event, at, waits, throws, isFirst } = row;
    const y = this.#y(index);
    const kind = throws ? " thrown" : waits ? " blocked" : "";
    const object = this.#names.resource(event?.resource)?.name ?? "";
    const numbers =
      `<text x="${62 - String(step.step).length * CHARACTER}" y="${y + 4}">${step.step}</text>` +
      `<text class="d" x="80" y="${y + 4}">${formatDuration(step.time)}</text>`;
    const mark = `<path class="switch" d="M14 ${y - 6}l10 6l-10 6z"><title>${
      escapeXml("the scheduler went elsewhere although the goroutine before could go on")
    }</title></path>`;
    const place = at === undefined
      ? ""
      : `<text class="d" xml:space="preserve" x="${this.#right + 12}" y="${y + 4}">${
        escapeXml(this.#placeText(at))
      }</text>`;
    return `<g class="row${kind}" data-step="${step.step}" data-object="${escapeXml(object)}">` +
      (isFirst ? numbers : "") + (isFirst && step.isPreemption ? mark : "") +
      this.#arrows(row, index) + this.#box(row, y) + place + "</g>";
  }

  #box({ goroutine, label, tail, waits, event }: Row, y: number): string {
    const ends = tail.endsWith(", ends") ? ", ends" : "";
    const text = cut(label, LABEL - lengthOf(ends) - (waits ? 6 : 0)) + (waits ? " waits" : ends);
    const width = Math.ceil(lengthOf(text) * CHARACTER + 10);
    const x = this.#x(goroutine) + 4;
    const value = event?.value === undefined ? "" : `: ${cut(event.value, 200)}`;
    return `<g><title>${
      escapeXml(`${this.#names.title(goroutine)}: ${label}${tail.replace("→", "->")}${value}`)
    }</title>` +
      `<rect class="box" x="${x}" y="${y - 9}" width="${width}" height="18" rx="4"/>` +
      `<text class="o" xml:space="preserve" x="${x + 5}" y="${y + 4}">${
        escapeXml(text)
      }</text></g>`;
  }

  /** Along the lower edge of the row, so that boxes stay readable. */
  #arrows({ goroutine, event }: Row, index: number): string {
    const targets = [...event?.wakes ?? [], ...event?.started === undefined ? [] : [event.started]];
    return targets.filter((id) => this.#lanes.includes(id) && id !== goroutine).map((id) => {
      const from = this.#x(goroutine) + 10, to = this.#x(id) + 10, y = this.#y(index) + ROW / 2 - 1;
      const side = from < to ? -1 : 1;
      return `<path class="arrow" d="M${from} ${y - 3}V${y}H${to + side * 6}"/>` +
        `<path class="tip" d="M${to} ${y}l${side * 8} -4v8z"/>`;
    }).join("");
  }
}

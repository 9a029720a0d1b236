/**
 * The lane picture: one column per goroutine, one line per operation, places and source text at the right.
 *
 * Where there is no room the source text goes first, then lanes of goroutines that had nothing to do with the failure,
 * then the places; at last texts are cut.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";
import { paint, type Piece } from "./color.ts";
import { Names } from "./names.ts";
import { Places } from "./places.ts";
import { type Life, livesOf, type Row } from "./rows.ts";
import { select, type SelectedLine, type Selection } from "./selection.ts";
import { cut, cutStart, formatDuration, lengthOf, longest, pad, plural } from "./text.ts";

const LEAST_LANE = 14, MOST_LANE = 24;
const LEAST_LABEL = 6;
const MOST_PLACE = 32;
/** Source text narrower than this tells nothing. */
const LEAST_SOURCE = 12;
const GAP = "  ";

/** LaneLayout is how a picture is laid out. */
export interface LaneLayout {
  /** No line is longer, in code points. */
  readonly width: number;
  /** Whether marks are coloured. */
  readonly color: boolean;
  /** Whether every step is shown; false by default, which gives 60 lines at most. */
  readonly full?: boolean;
  /** Whether there is a column for the time; true by default. */
  readonly time?: boolean;
}

/** renderLanes draws a schedule, line by line; nothing if it has no steps. */
export function renderLanes(
  record: ScheduleRecord,
  context: ReportContext,
  layout: LaneLayout,
): string[] {
  if (record.steps.length === 0) return [];
  return new Picture(record, context, layout).lines();
}

/** legendOf explains the marks that occur in a schedule, in one line; "" if there are none. */
export function legendOf(record: ScheduleRecord): string {
  const { steps, events } = record;
  return [
    steps.some(({ isPreemption }) => isPreemption) &&
    "► the scheduler went elsewhere although the goroutine before could go on",
    events.some(({ waits }) => waits) && "╳ waits",
    events.some(({ wakes }) => wakes.length > 0) && "→ g lets g go on",
  ].filter((it) => it !== false).join("    ");
}

class Picture {
  readonly #layout: LaneLayout;
  readonly #names: Names;
  readonly #places: Places;
  readonly #lives: ReadonlyMap<number, Life>;
  readonly #selection: Selection;
  readonly #stepWidth: number;
  readonly #timeWidth: number;
  readonly #placeWidth: number;
  readonly #sourceColumn: number;
  readonly #sourceWidth: number;
  readonly #laneWidths: ReadonlyMap<number, number>;

  constructor(record: ScheduleRecord, context: ReportContext, layout: LaneLayout) {
    this.#layout = layout;
    this.#names = new Names(record);
    this.#places = new Places(record);
    this.#lives = livesOf(record);
    const { steps } = record;
    this.#stepWidth = Math.max(4, longest(steps.map(({ step }) => `►${step}`)));
    this.#timeWidth = layout.time === false
      ? 0
      : Math.max(4, longest(steps.map(({ time }) => formatDuration(time))));
    const head = 2 + this.#stepWidth + 2 + (this.#timeWidth === 0 ? 0 : this.#timeWidth + 2);
    const room = (lanes: number): number => layout.width - head - lanes * (LEAST_LANE + 2) + 2;
    const full = layout.full === true;
    const places = record.events.flatMap(({ at }) =>
      at === undefined ? [] : [this.#places.short(at)]
    );
    const wanted = places.length === 0 ? 0 : Math.min(MOST_PLACE, longest(places)) + 2;
    const hasRoom = (lanes: readonly number[]): boolean => room(lanes.length) >= wanted;
    const withPlaces = select(record, context, hasRoom, full);
    const withoutPlaces = select(record, context, (lanes) => room(lanes.length) >= 0, full);
    const dropsPlaces = withoutPlaces.lanes.length > withPlaces.lanes.length;
    this.#selection = dropsPlaces ? withoutPlaces : withPlaces;
    this.#placeWidth = dropsPlaces
      ? 0
      : Math.min(wanted - 2, room(this.#selection.lanes.length) - 2);
    const spare = layout.width - head - (this.#placeWidth > 0 ? this.#placeWidth + 2 : 0);
    this.#laneWidths = this.#shrink(this.#naturalWidths(), spare + 2);
    const used = [...this.#laneWidths.values()].reduce((sum, it) => sum + it + 2, 0);
    this.#sourceColumn = this.#widestWithSource();
    const source = spare + this.#placeWidth - used + 2 - this.#sourceColumn - 3;
    this.#sourceWidth = this.#placeWidth > 0 && source >= LEAST_SOURCE ? source : 0;
  }

  /** The picture. */
  lines(): string[] {
    const { lanes, lines } = this.#selection;
    const head = [
      this.#line("step", "time", lanes.map((id) => this.#laneTitle(id))),
      this.#line(
        "─".repeat(this.#stepWidth),
        "─".repeat(this.#timeWidth),
        lanes.map((id) => [{ text: "─".repeat(this.#laneWidths.get(id)!) }]),
      ),
    ];
    const body = lines.map((line) => this.#body(line));
    return [...head, ...body, ...this.#note()].map((pieces) => this.#paint(pieces));
  }

  #paint(pieces: readonly Piece[]): string {
    let room = this.#layout.width;
    const fitting: Piece[] = [];
    for (const piece of pieces) {
      const text = cut(piece.text, room);
      room -= lengthOf(text);
      fitting.push({ ...piece, text });
    }
    return paint(fitting, this.#layout.color);
  }

  #laneTitle(id: number): Piece[] {
    return [{ text: cut(this.#names.title(id), this.#laneWidths.get(id)!) }];
  }

  #line(step: string, time: string, lanes: readonly Piece[][], mark = ""): Piece[] {
    const pieces: Piece[] = [{ text: GAP }, { text: mark, style: "switch" }];
    pieces.push({ text: pad(step, this.#stepWidth - lengthOf(mark)) + GAP });
    if (this.#timeWidth > 0) pieces.push({ text: pad(time, this.#timeWidth) + GAP });
    for (const [index, lane] of lanes.entries()) {
      const width = this.#laneWidths.get(this.#selection.lanes[index]!)!;
      const length = lane.reduce((sum, { text }) => sum + lengthOf(text), 0);
      const isLast = index === lanes.length - 1;
      pieces.push(...lane, { text: " ".repeat(Math.max(0, width - length)) + (isLast ? "" : GAP) });
    }
    return pieces;
  }

  #body(line: SelectedLine): Piece[] {
    if ("again" in line) {
      const block = line.period === 1 ? "this step" : `these ${line.period} steps`;
      const times = line.again === 1 ? "once more" : `${plural(line.again, "time")} more`;
      return [...this.#line("", "", []), { text: `… ${block} ${times}` }];
    }
    if ("cutRows" in line) {
      const text = `… ${plural(line.cutRows, "operation")}`;
      return this.#line(
        "",
        "",
        this.#selection.lanes.map((
          id,
        ) => [{ text: id === line.goroutine ? cut(text, LEAST_LANE) : "│" }]),
      );
    }
    return this.#operation(line.row);
  }

  #operation(row: Row): Piece[] {
    const { step, isFirst, at } = row;
    const isSwitch = isFirst && step.isPreemption;
    const number = isFirst ? String(step.step).padStart(this.#stepWidth - (isSwitch ? 1 : 0)) : "";
    const lanes = this.#selection.lanes.map((id) =>
      id === row.goroutine
        ? cell(row, this.#laneWidths.get(id)!)
        : [{ text: this.#isAlive(id, step.step) ? "│" : "" }]
    );
    const time = isFirst ? formatDuration(step.time) : "";
    const pieces = this.#line(number, time, lanes, isSwitch ? "►" : "");
    if (at === undefined || this.#placeWidth <= 0) return pieces;
    const place = cutStart(this.#places.short(at), this.#placeWidth);
    pieces.push({ text: GAP }, { text: pad(place, this.#sourceColumn), style: "place" });
    if (at.source !== undefined && this.#sourceWidth > 0) {
      pieces.push({ text: `   ${cut(at.source, this.#sourceWidth)}` });
    }
    return pieces;
  }

  #isAlive(id: number, step: number): boolean {
    const life = this.#lives.get(id)!;
    return life.from <= step && step <= life.to;
  }

  #note(): Piece[][] {
    const { steps, otherSteps, others } = this.#selection.leftOut;
    if (steps === 0) return [];
    const whose = plural(others, "other goroutine");
    const text = others === 0
      ? `${plural(steps, "step")} left out`
      : steps === otherSteps
      ? `${plural(steps, "step")} of ${whose} left out`
      : `${plural(steps, "step")} left out, ${otherSteps} of them of ${whose}`;
    return [[{ text: `${GAP}… ${text}` }]];
  }

  /** The widest place that has source text behind it. */
  #widestWithSource(): number {
    const places = this.#selection.lines.flatMap((line) =>
      "row" in line && line.row.at?.source !== undefined ? [this.#places.short(line.row.at)] : []
    );
    return Math.min(this.#placeWidth, longest(places));
  }

  /** How wide each lane would like to be. */
  #naturalWidths(): Map<number, number> {
    const { lanes, lines } = this.#selection;
    return new Map(lanes.map((id) => {
      const texts = lines.flatMap((line) =>
        "row" in line && line.row.goroutine === id ? [textOf(line.row)] : []
      );
      const width = longest([this.#names.title(id), ...texts]);
      return [id, Math.min(MOST_LANE, Math.max(LEAST_LANE, width))];
    }));
  }

  /** Takes columns from the widest lanes until all fit into `room` with their gaps. */
  #shrink(widths: Map<number, number>, room: number): Map<number, number> {
    const total = (): number => [...widths.values()].reduce((sum, it) => sum + it + 2, 0);
    while (total() > room) {
      const [id, width] = [...widths].reduce((most, it) => it[1] > most[1] ? it : most);
      if (width <= LEAST_LANE) break;
      widths.set(id, width - 1);
    }
    return widths;
  }
}

function textOf({ label, tail, waits }: Row): string {
  return label + tail + (waits ? " ╳" : "");
}

/** The cell of an operation; what it waits for and whom it wakes is kept where its name has to be cut. */
function cell(row: Row, width: number): Piece[] {
  const mark = row.waits ? " ╳" : "";
  const room = width - lengthOf(mark);
  const tail = lengthOf(row.tail) + LEAST_LABEL <= room ? row.tail : "";
  const text = tail === ""
    ? cut(row.label + row.tail, room)
    : cut(row.label, room - lengthOf(tail)) + tail;
  return [
    row.throws ? { text, style: "throw" } : { text },
    { text: mark, style: "wait" },
  ];
}

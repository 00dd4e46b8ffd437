import type { Backtest, SignalPast, Stop } from "../backtest/report.ts";
import type { Instant } from "../domain/instant.ts";
import { formatValue } from "../domain/value-text.ts";
import type { LocalTime } from "./local-time.ts";
import { xmlText } from "./xml-text.ts";

const WIDTH = 1_000;
const PLOT_HEIGHT = 120;
const PANEL_HEIGHT = 190;
const LEFT = 90;
const RIGHT = 20;
/** Below the name of the signal. */
const TOP = 34;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const HEAD = 40;
const TICKS = 5;
/** Names of limits that lie close together are moved apart by so much. */
const LINE_HEIGHT = 13;

const STYLE =
  "text{font:12px sans-serif;fill:#333;paint-order:stroke;stroke:#fff;stroke-width:3px}.name{font-weight:bold}.value{fill:none;stroke:#1f5fa8}" +
  ".frame{fill:none;stroke:#999}.limit{stroke:#b00020;stroke-dasharray:6 3}.advance{stroke:#1a7f37}" +
  ".stop{fill:#b00020;fill-opacity:.25}.known{fill:#666;fill-opacity:.25}";

/**
 * A chart of every signal over the period: its value, its limits, and the times in which it would have stopped a ramp. It
 * stands alone: no script, no font, nothing that is loaded from elsewhere.
 */
export function chartOf({ gate, span, signals }: Backtest, time: LocalTime): string {
  const period = `${time.heading(span.from)} to ${time.heading(span.to)}`;
  const height = HEAD + signals.length * PANEL_HEIGHT;
  const panels = signals.map((past, index) => panelOf(past, span, time, HEAD + index * PANEL_HEIGHT));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${xmlText(`${gate}, ${period}`)}</title>`,
    `<desc id="desc">${xmlText(signals.map(sentenceOf).join(" "))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text class="name" x="${LEFT}" y="24">${xmlText(`${gate}, ${period}`)}</text>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function sentenceOf({ signal, spread, stops }: SignalPast): string {
  if (spread === null) return `${signal.name}: no data.`;
  const show = (value: number): string => formatValue(signal, value);
  const count = `${stops.length} ${stops.length === 1 ? "stop" : "stops"}`;
  return `${signal.name}: from ${show(spread.min)} to ${show(spread.max)}, ${count}.`;
}

type Scale = { readonly x: (when: Instant) => number; readonly y: (value: number) => number };

function panelOf(past: SignalPast, span: Backtest["span"], time: LocalTime, top: number): string {
  const { signal, spread, stops } = past;
  const limits = limitsOf(past);
  const all = [...(spread === null ? [] : [spread.min, spread.max]), ...limits.map(({ value }) => value)];
  const least = Math.min(0, ...all);
  const most = Math.max(...all, least === 0 ? 1e-9 : 0);
  const width = Math.max(1, span.to - span.from);
  const scale: Scale = {
    x: (when) => LEFT + (PLOT_WIDTH * (when - span.from)) / width,
    y: (value) => top + TOP + PLOT_HEIGHT * (1 - (value - least) / (most - least)),
  };
  const bottom = top + TOP + PLOT_HEIGHT;
  const bounds = all.length === 0 ? [] : [least, most];
  return [
    `<text class="name" x="${LEFT}" y="${top + 24}">${xmlText(signal.name)}${spread === null ? ": no data" : ""}</text>`,
    ...stops.map((stop) => stopMark(stop, span.stepMs, scale, top + TOP, time)),
    `<rect class="frame" x="${LEFT}" y="${top + TOP}" width="${PLOT_WIDTH}" height="${PLOT_HEIGHT}"/>`,
    ...bounds.map((value) => label(LEFT - 6, scale.y(value) + 4, formatValue(signal, value), "end")),
    ...limits.map(
      ({ name, value }) =>
        `<line class="limit ${name}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${rounded(scale.y(value))}" y2="${rounded(scale.y(value))}"/>`,
    ),
    `<path class="value" d="${lineOf(past, scale)}"/>`,
    ...namesOf(limits, scale).map(({ text, y }) => label(WIDTH - RIGHT - 4, y, text, "end")),
    ...Array.from({ length: TICKS }, (_, index) => {
      const when = span.from + (index * width) / (TICKS - 1);
      const anchor = index === 0 ? "start" : index === TICKS - 1 ? "end" : "middle";
      return label(scale.x(when), bottom + 16, time.day(when), anchor);
    }),
  ].join("\n");
}

/** A limit with a baseline is another number at each look, so it has no line. */
function limitsOf({ signal }: SignalPast) {
  return (["advance", "halt", "rollback"] as const).flatMap((name) => {
    const limit = signal[name];
    return limit === null || limit.baseline !== undefined
      ? []
      : [{ name, value: limit.value, text: limit.text }];
  });
}

type Limits = ReturnType<typeof limitsOf>;

/** Each above its line, from the lowest line up, as far apart as text needs. */
function namesOf(limits: Limits, { y }: Scale): readonly { readonly text: string; readonly y: number }[] {
  let above = Number.POSITIVE_INFINITY;
  return limits
    .toSorted((a, b) => a.value - b.value)
    .map(({ name, value, text }) => {
      above = Math.min(y(value) - 3, above - LINE_HEIGHT);
      return { text: `${name} ${text}`, y: above };
    });
}

function stopMark(stop: Stop, stepMs: number, { x }: Scale, y: number, time: LocalTime): string {
  const width = Math.max(2, x(stop.to + stepMs) - x(stop.from));
  const kind = stop.known === null ? "stop" : "known";
  const covered = stop.known === null ? "" : `, covered by ${stop.known}`;
  const title = `${stop.verdict} from ${time.heading(stop.from)}: ${stop.message}${covered}`;
  return `<rect class="${kind}" x="${rounded(x(stop.from))}" y="${y}" width="${rounded(width)}" height="${PLOT_HEIGHT}"><title>${xmlText(title)}</title></rect>`;
}

/** Of the looks behind one column of the chart the lowest and the highest are drawn, so that no short breach is lost. */
function lineOf({ values }: SignalPast, { y }: Scale): string {
  const columns = Math.min(values.length, PLOT_WIDTH);
  let path = "";
  let isBroken = true;
  for (let column = 0; column < columns; column += 1) {
    const first = Math.floor((column * values.length) / columns);
    const own = values.subarray(first, Math.floor(((column + 1) * values.length) / columns));
    const known = own.filter((value) => !Number.isNaN(value));
    if (known.length === 0) {
      isBroken = true;
      continue;
    }
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const x = rounded(LEFT + (PLOT_WIDTH * column) / Math.max(1, columns - 1));
    path += `${isBroken ? "M" : "L"}${x} ${rounded(y(low))}${low === high ? "" : `L${x} ${rounded(y(high))}`}`;
    // A lone point has no length of its own to be seen by.
    if (isBroken && low === high) path += "h.1";
    isBroken = false;
  }
  return path;
}

function label(x: number, y: number, text: string, anchor: "start" | "middle" | "end"): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}">${xmlText(text)}</text>`;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

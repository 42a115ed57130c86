/** The case page: one cursor over all charts, since they share one time axis. */

import { find, findAll } from "./dom.ts";

const SVG = "http://www.w3.org/2000/svg";

/** The point of a chart nearest to `x`. Points carry `data-label`, what the server says about them. */
function nearest(chart: Element, x: number): SVGElement | null {
  let best: SVGElement | null = null;
  let distance = Infinity;
  for (const point of findAll<SVGElement>("[data-label]", chart)) {
    const away = Math.abs(Number(point.getAttribute("cx") ?? "NaN") - x);
    if (away < distance) {
      distance = away;
      best = point;
    }
  }
  return best;
}

function cursorOf(svg: SVGSVGElement): SVGLineElement {
  const shown = find<SVGLineElement>("line.cursor", svg);
  if (shown !== null) {
    return shown;
  }
  const line = document.createElementNS(SVG, "line");
  line.setAttribute("class", "cursor");
  line.setAttribute("y1", "0");
  line.setAttribute("y2", String(svg.viewBox.baseVal.height));
  svg.append(line);
  return line;
}

const charts = findAll("[data-time-axis] .chart");

function showAt(share: number): void {
  for (const chart of charts) {
    const svg = find<SVGSVGElement>("svg", chart);
    if (svg === null) {
      continue;
    }
    const point = nearest(chart, share * svg.viewBox.baseVal.width);
    const x = point?.getAttribute("cx") ?? null;
    const readout = find("[data-readout]", chart);
    if (point === null || x === null || readout === null) {
      continue;
    }
    const cursor = cursorOf(svg);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    readout.dataset["latest"] ??= readout.textContent ?? "";
    readout.textContent = point.dataset["label"] ?? "";
  }
}

function clear(): void {
  for (const chart of charts) {
    find("line.cursor", chart)?.remove();
    const readout = find("[data-readout]", chart);
    if (readout?.dataset["latest"] !== undefined) {
      readout.textContent = readout.dataset["latest"];
    }
  }
}

for (const chart of charts) {
  const svg = find<SVGSVGElement>("svg", chart);
  svg?.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    showAt((event.clientX - box.left) / box.width);
  });
  svg?.addEventListener("pointerleave", clear);
}

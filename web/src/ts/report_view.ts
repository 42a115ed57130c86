/** The row report as a page: counts as filters, each bad row with its cells, the reason beside the cell. */

import { element, icon } from "./dom.ts";
import { type Row, type RowError, type RowReport, type RowStatus, rowsOf, STATUSES } from "./row_report.ts";
import { figure, say } from "./words.ts";

type Filter = RowStatus | "all";

const WORD = {
  accepted: "statusAccepted",
  duplicate: "statusDuplicate",
  amended: "statusAmended",
  held: "statusHeld",
  ignored: "statusIgnored",
  rejected: "statusRejected",
  all: "statusAll",
} as const;

const LOOK = {
  accepted: { badge: "done", icon: "check" },
  duplicate: { badge: "plain", icon: "steady" },
  amended: { badge: "plain", icon: "check" },
  held: { badge: "plain", icon: "clock" },
  ignored: { badge: "plain", icon: "steady" },
  rejected: { badge: "error", icon: "close" },
} as const;

/** Of more rows than these the page tells how many there are; those to mend are in the download. */
const MOST_SHOWN = 500;

function badge(status: RowStatus): HTMLElement {
  return element("span", `badge badge-${LOOK[status].badge}`, icon(LOOK[status].icon), say(WORD[status]));
}

function reason(error: RowError): HTMLElement {
  return element("span", "cell-reason", element("strong", "", error.column), ` ${error.detail}`);
}

function cells(row: Row): HTMLElement {
  const bad = new Set(row.errors.map((error) => error.column));
  const shown = element("div", "row-cells");
  for (const { column, value } of row.cells ?? []) {
    const cell = element("span", bad.has(column) ? "cell-bad" : "", value === "" ? say("cellEmpty") : value);
    if (value === "") {
      cell.classList.add("cell-empty");
    }
    shown.append(element("span", "", element("span", "name", `${column} `), cell));
  }
  return shown;
}

type Title = "columnRow" | "columnAccession" | "columnStatus" | "columnCells" | "columnReason";

/** A cell of the table; on a phone, where a row is a card, it says what it is. */
function cell(title: Title, classes: string, ...content: (Node | string)[]): HTMLElement {
  const made = element("td", classes, ...content);
  made.dataset["label"] = say(title);
  return made;
}

function line(row: Row, withCells: boolean): HTMLTableRowElement {
  const made = element(
    "tr",
    "",
    element("th", "fit number", figure(row.row)),
    cell("columnAccession", "fit mono", row.accession ?? "–"),
    cell("columnStatus", "fit", badge(row.status)),
    withCells ? cell("columnCells", "", ...(row.cells === undefined ? [] : [cells(row)])) : null,
    cell("columnReason", "", ...row.errors.map(reason)),
  );
  if (row.status === "rejected") {
    made.dataset["level"] = "error";
  }
  return made;
}

/** The rows as a table. The cells have a column only where there are any: a message has none. */
function tableOf(rows: readonly Row[]): HTMLElement {
  const withCells = rows.some((row) => row.cells !== undefined);
  const titles: Title[] = ["columnRow", "columnAccession", "columnStatus", ...(withCells ? ["columnCells" as const] : []), "columnReason"];
  const head = element("thead", "", element("tr", "", ...titles.map((title) => element("th", "", say(title)))));
  return element("table", "table table-cards", head, element("tbody", "", ...rows.map((row) => line(row, withCells))));
}

/** Shows `report` in `target`: first the rejected rows, where there are any. `mend` is the button that saves the rows to mend. */
export function showReport(target: HTMLElement, report: RowReport, mend: HTMLElement | null): void {
  const count = (filter: Filter) => (filter === "all" ? report.received : report[filter]);
  const place = element("div", "table-wrap");
  const more = element("p", "muted");
  const chips = element("div", "chips");
  const show = (filter: Filter): void => {
    const rows = rowsOf(report, filter);
    place.replaceChildren(tableOf(rows.slice(0, MOST_SHOWN)));
    more.textContent = rows.length > MOST_SHOWN ? say("reportMore", { n: figure(rows.length - MOST_SHOWN) }) : "";
    for (const chip of Array.from(chips.children)) {
      chip.setAttribute("aria-pressed", String((chip as HTMLElement).dataset["filter"] === filter));
    }
  };
  for (const filter of ["all", ...STATUSES] as const) {
    const chip = element("button", "chip", say(WORD[filter]), element("span", "count", figure(count(filter))));
    chip.type = "button";
    chip.disabled = count(filter) === 0;
    chip.dataset["filter"] = filter;
    chip.addEventListener("click", () => show(filter));
    chips.append(chip);
  }
  target.replaceChildren(element("div", "row row-spread", chips, mend), place, more);
  show(STATUSES.find((status) => count(status) > 0) ?? "all");
}

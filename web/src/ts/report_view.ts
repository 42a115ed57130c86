/** The row report as a page: counts as filters, each bad row with its cells, the reason beside the cell. */

import { element, icon } from "./dom.ts";
import { cellsOf, type Row, type RowError, type RowReport, type RowStatus, rowsOf, STATUSES, type Table } from "./row_report.ts";
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

/** More rows than this are in the download, not on the page. */
const MOST_SHOWN = 500;

function badge(status: RowStatus): HTMLElement {
  return element("span", `badge badge-${LOOK[status].badge}`, icon(LOOK[status].icon), say(WORD[status]));
}

function reason(error: RowError): HTMLElement {
  return element("span", "cell-reason", element("strong", "", error.column), ` ${error.detail}`);
}

function cells(table: Table, record: readonly string[], row: Row): HTMLElement {
  const bad = new Set(row.errors.map((error) => error.column));
  const shown = element("div", "row-cells");
  table.header.forEach((name, place) => {
    const value = record[place] ?? "";
    const cell = element("span", bad.has(name) ? "cell-bad" : "", value === "" ? say("cellEmpty") : value);
    if (value === "") {
      cell.classList.add("cell-empty");
    }
    shown.append(element("span", "", element("span", "name", `${name} `), cell));
  });
  return shown;
}

function line(table: Table | null, row: Row): HTMLTableRowElement {
  const record = cellsOf(table, row);
  const reasons = element("td", "", ...row.errors.map(reason));
  const content = element("td", "", record !== null && table !== null ? cells(table, record, row) : null);
  reasons.dataset["label"] = say("columnReason");
  content.dataset["label"] = say("columnCells");
  const made = element(
    "tr",
    "",
    element("th", "fit number", figure(row.row)),
    element("td", "fit mono", row.accession ?? "–"),
    element("td", "fit", badge(row.status)),
    content,
    reasons,
  );
  if (row.status === "rejected") {
    made.dataset["level"] = "error";
  }
  return made;
}

/** Shows `report` in `target`: first the rejected rows, where there are any. `mend` is the button that saves the rows to mend. */
export function showReport(target: HTMLElement, report: RowReport, table: Table | null, mend: HTMLElement | null): void {
  const count = (filter: Filter) => (filter === "all" ? report.received : report[filter]);
  const body = element("tbody", "");
  const chips = element("div", "chips");
  const show = (filter: Filter): void => {
    body.replaceChildren(...rowsOf(report, filter).slice(0, MOST_SHOWN).map((row) => line(table, row)));
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
  const titles = ["columnRow", "columnAccession", "columnStatus", "columnCells", "columnReason"] as const;
  const head = element("thead", "", element("tr", "", ...titles.map((title) => element("th", "", say(title)))));
  target.replaceChildren(
    element("div", "row row-spread", chips, mend),
    element("div", "table-wrap", element("table", "table", head, body)),
  );
  show(STATUSES.find((status) => count(status) > 0) ?? "all");
}

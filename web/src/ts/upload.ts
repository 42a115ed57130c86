/** The upload page: drop a file, see what was recognised before it is sent, a live bar, then the report. */

import { announce, toast } from "./announce.ts";
import { ProblemError } from "./api.ts";
import { element, find, icon } from "./dom.ts";
import { showProblem } from "./forms.ts";
import { showReport } from "./report_view.ts";
import { type RowReport } from "./row_report.ts";
import { fetchBadRows, sendFile, type ServerProgress } from "./upload_send.ts";
import { uuidv7 } from "./uuid.ts";
import { figure, say } from "./words.ts";

interface Page {
  readonly form: HTMLFormElement;
  readonly input: HTMLInputElement;
  readonly drop: HTMLElement;
  readonly stage: HTMLElement;
  readonly downloadWord: string;
}

function size(bytes: number): string {
  const kilo = bytes / 1024;
  return kilo < 1024 ? `${figure(Math.max(1, Math.round(kilo)))} KB` : `${figure(Math.round(kilo / 102.4) / 10)} MB`;
}

function fileLine(file: File): HTMLElement {
  return element("p", "file-line", icon("file"), file.name, element("span", "muted", size(file.size)));
}

/** A bar that shows sending, then checking, and says both. */
function bar(total: number): { shown: HTMLElement; onSent: (share: number) => void; onChecked: (p: ServerProgress) => void } {
  const progress = element("progress", "");
  const text = element("span", "", say("fileReading"));
  const shown = element("div", "progress", element("div", "progress-text", text), progress);
  progress.max = 1;
  return {
    shown,
    onSent: (share) => {
      progress.value = share;
      text.textContent = say("fileSending", { percent: Math.round(share * 100) });
    },
    onChecked: (checked) => {
      progress.max = Math.max(total, checked.received, 1);
      progress.value = checked.received;
      text.textContent = say("fileChecking", { n: figure(checked.received) });
    },
  };
}

function fail(page: Page, error: unknown): void {
  page.stage.replaceChildren();
  page.form.hidden = false;
  const problem = error instanceof ProblemError ? error.problem : null;
  showProblem(page.form, problem ?? { title: error instanceof Error ? error.message : say("unexpected"), status: 0 });
}

function otherFile(page: Page): HTMLButtonElement {
  const button = element("button", "button button-quiet", say("fileOther"));
  button.type = "button";
  button.addEventListener("click", () => {
    page.stage.replaceChildren();
    page.form.hidden = false;
    page.input.value = "";
    page.input.focus();
  });
  return button;
}

/** The button that saves the rows to mend as a workbook, made by the server from the file once more; `null` where there are none. */
function badRows(page: Page, file: File, count: number): HTMLButtonElement | null {
  if (count === 0) {
    return null;
  }
  const button = element("button", "button button-quiet button-small", icon("download"), page.downloadWord);
  button.type = "button";
  button.dataset["badRows"] = "";
  const save = async (): Promise<void> => {
    const link = element("a", "");
    link.href = URL.createObjectURL(await fetchBadRows(file));
    link.download = say("badRowsFile");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    save()
      .catch((error: unknown) => toast(error instanceof Error ? error.message : say("unexpected"), "error"))
      .finally(() => {
        button.disabled = false;
      });
  });
  return button;
}

async function send(page: Page, file: File, id: string, total: number): Promise<void> {
  const live = bar(total);
  page.stage.replaceChildren(element("div", "card stack", fileLine(file), live.shown));
  const report = await sendFile(file, id, false, live);
  const target = element("div", "stack");
  target.dataset["report"] = "";
  const done = say("fileDone", { n: figure(report.accepted) });
  const notice = element("div", "notice", icon("check"), element("p", "notice-title", done));
  page.stage.replaceChildren(fileLine(file), notice, target, element("div", "row", otherFile(page)));
  showReport(target, report, badRows(page, file, report.rejected));
  announce(done);
}

/** What a dry run found, before anything is stored, and the button that sends. */
function preview(page: Page, file: File, report: RowReport): void {
  const id = uuidv7();
  const usable = report.received - report.rejected;
  const target = element("div", "stack");
  const go = element("button", "button", icon("upload"), say("fileSend", { n: figure(usable) }));
  go.type = "button";
  go.dataset["send"] = "";
  go.disabled = usable === 0;
  go.addEventListener("click", () => {
    go.disabled = true;
    send(page, file, id, report.received).catch((error: unknown) => fail(page, error));
  });
  page.stage.replaceChildren(
    element(
      "section",
      "recognised card",
      fileLine(file),
      element("h2", "", usable === 0 ? say("fileNothing") : say("fileRecognised", { n: figure(report.received) })),
      target,
      element("div", "row", go, otherFile(page)),
    ),
  );
  showReport(target, report, badRows(page, file, report.rejected + report.held));
  go.focus();
}

async function recognise(page: Page, file: File): Promise<void> {
  const live = bar(0);
  page.form.hidden = true;
  page.stage.replaceChildren(element("div", "card stack", fileLine(file), live.shown));
  preview(page, file, await sendFile(file, uuidv7(), true, live));
}

function setUp(page: Page): void {
  const take = (file: File | undefined): void => {
    if (file !== undefined) {
      recognise(page, file).catch((error: unknown) => fail(page, error));
    }
  };
  page.input.addEventListener("change", () => take(page.input.files?.[0]));
  for (const name of ["dragenter", "dragover"]) {
    page.drop.addEventListener(name, (event) => {
      event.preventDefault();
      page.drop.dataset["over"] = "true";
    });
  }
  page.drop.addEventListener("dragleave", () => delete page.drop.dataset["over"]);
  page.drop.addEventListener("drop", (event) => {
    event.preventDefault();
    delete page.drop.dataset["over"];
    take(event.dataTransfer?.files[0]);
  });
}

const form = find<HTMLFormElement>("form[data-upload]");
const input = form === null ? null : find<HTMLInputElement>("input[type=file]", form);
const drop = form === null ? null : find(".drop", form);
const stage = find("[data-upload-stage]");
if (form !== null && input !== null && drop !== null && stage !== null) {
  setUp({ form, input, drop, stage, downloadWord: stage.dataset["downloadWord"] ?? "XLSX" });
}

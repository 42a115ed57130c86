/** The words of the station's page alone: a door does not load them. */

import { fill, lang } from "./words.ts";

const VI = {
  stationQueue: "{waiting} chờ gửi · {sent} đã gửi hôm nay",
  stationKept: "Đã ghi lúc {time}, đang chờ gửi",
  stationSent: "Đã gửi",
  stationKeptNow: "Đã lưu trên máy.",
  stationHandedOut: "Đã ghi là đã phát",
  stationAgain: "Tải lại danh sách",
  stationRefused: "{who}, ghi lúc {time}, không được nhận: {why}",
  stationEmpty: "Hãy điền ít nhất một chỉ số, dấu hiệu, xét nghiệm hoặc cuộc gọi",
  stationRange: "Nhập một số từ {low} đến {high}",
  stationBroken: "Máy này không giữ được bản ghi. Hãy viết ra giấy.",
} as const;

const EN: Record<keyof typeof VI, string> = {
  stationQueue: "{waiting} waiting · {sent} sent today",
  stationKept: "Recorded at {time}, waits to be sent",
  stationSent: "Sent",
  stationKeptNow: "Kept on this device.",
  stationHandedOut: "Recorded as handed out",
  stationAgain: "Load the list again",
  stationRefused: "{who}, recorded at {time}, was refused: {why}",
  stationEmpty: "Fill in at least one value, sign, test or call",
  stationRange: "Enter a number from {low} to {high}",
  stationBroken: "This device cannot keep the record. Write it on paper.",
};

/** The word for `key` in the page's language, its `{name}` places filled. */
export function sayStation(key: keyof typeof VI, places: Record<string, string | number> = {}): string {
  return fill(lang() === "en" ? EN[key] : VI[key], places);
}

/** The words that the browser itself says. Everything else comes from the server in the page's language. */

const VI = {
  justNow: "vừa xong",
  minutesAgo: "{n} phút trước",
  hoursAgo: "{n} giờ trước",
  daysAgo: "{n} ngày trước",
  inMinutes: "sau {n} phút",
  inHours: "sau {n} giờ",
  inDays: "sau {n} ngày",
  waitShort: "dưới 1 phút",
  waitMinutes: "{minutes} phút",
  waitHours: "{hours} giờ {minutes} phút",
  waitDays: "{days} ngày {hours} giờ",
  waiting: "Chờ {time}",
  sending: "Đang gửi…",
  cancel: "Thôi",
  goOn: "Đồng ý",
  close: "Đóng",
  errorsTitle: "Có chỗ cần sửa",
  errorPrefix: "Lỗi: ",
  offline: "Không có mạng. Hãy thử lại khi có tín hiệu.",
  unexpected: "Có trục trặc. Những gì đã báo là lưu xong vẫn còn nguyên. Hãy thử lại.",
  live: "Trực tiếp",
  connecting: "Đang nối…",
  lost: "Mất kết nối, đang nối lại",
  dutyNone: "Không ai chờ",
  dutyWaiting: "{n} người chờ · lâu nhất {time}",
  dutyUnknown: "Chưa rõ ai đang chờ",
  alertNew: "Cảnh báo mới: {who}",
  alertNewEmergency: "CẤP CỨU: {who}",
  alertTaken: "Bạn đã nhận. Hãy gọi cho người bệnh.",
  alertNew1: "{n} cảnh báo mới ở trên",
  soundOff: "Trình duyệt chưa cho phát tiếng. Bấm vào trang một lần để bật.",
  fileReading: "Đang đọc tệp…",
  fileSending: "Đang gửi tệp: {percent}%",
  fileChecking: "Đang kiểm tra dòng {n}",
  fileRecognised: "Đọc được {n} dòng",
  fileSend: "Gửi {n} dòng",
  fileNothing: "Không có dòng nào gửi được. Hãy sửa tệp rồi chọn lại.",
  fileDone: "Xong. {n} dòng đã nhận.",
  fileOther: "Chọn tệp khác",
  statusAll: "Tất cả",
  statusAccepted: "Đã nhận",
  statusDuplicate: "Trùng, đã có",
  statusAmended: "Đã sửa kết quả cũ",
  statusHeld: "Giữ lại chờ người xem",
  statusIgnored: "Bỏ qua",
  statusRejected: "Bị từ chối",
  columnRow: "Dòng",
  columnAccession: "Mã mẫu",
  columnStatus: "Trạng thái",
  columnReason: "Lý do",
  columnCells: "Nội dung dòng",
  cellEmpty: "trống",
  reportMore: "Còn {n} dòng nữa. Tải tệp các dòng cần sửa để xem đủ.",
  badRowsFile: "dong-can-sua.xlsx",
  passAccepted: "Mời vào",
  passRefused: "Chưa thể vào",
  passQueued: "Đã lưu trên máy",
  passQueuedNote: "Chưa có mạng. Lượt này sẽ tự gửi khi có tín hiệu.",
  passPeople: "{n} người",
  passPerson: "1 người",
  declareAnswer: "Hãy trả lời câu hỏi này",
  positionNone: "Máy này không cho biết vị trí. Hãy nhập vĩ độ, kinh độ.",
  passCheckedOut: "Đã ra về. Cảm ơn bạn!",
  queueWaiting: "{n} lượt đang chờ mạng",
  queueRejected: "{n} lượt vào không được nhận. Hãy quét mã lại.",
  leavingRejected: "Lượt ra về chưa được ghi.",
  queueSent: "Hôm nay đã gửi {n} lượt vào. Không còn lượt nào chờ.",
  queueBroken: "Máy này không giữ được lượt vào. Hãy nhờ nhân viên ghi giúp.",
  insideSince: "Bạn đã vào lúc {time}",
} as const;

type Key = keyof typeof VI;

const EN: Record<Key, string> = {
  justNow: "just now",
  minutesAgo: "{n} min ago",
  hoursAgo: "{n} h ago",
  daysAgo: "{n} d ago",
  inMinutes: "in {n} min",
  inHours: "in {n} h",
  inDays: "in {n} d",
  waitShort: "under 1 min",
  waitMinutes: "{minutes} min",
  waitHours: "{hours} h {minutes} min",
  waitDays: "{days} d {hours} h",
  waiting: "Waiting {time}",
  sending: "Sending…",
  cancel: "Cancel",
  goOn: "Go on",
  close: "Close",
  errorsTitle: "Something needs correcting",
  errorPrefix: "Error: ",
  offline: "No network. Try again when there is a signal.",
  unexpected: "Something broke. Whatever was said to be saved is still there. Try again.",
  live: "Live",
  connecting: "Connecting…",
  lost: "Connection lost, trying again",
  dutyNone: "Nobody waits",
  dutyWaiting: "{n} waiting · longest {time}",
  dutyUnknown: "Not known who waits",
  alertNew: "New alert: {who}",
  alertNewEmergency: "EMERGENCY: {who}",
  alertTaken: "You have it. Call the patient.",
  alertNew1: "{n} new above",
  soundOff: "The browser does not play sound yet. Click the page once to turn it on.",
  fileReading: "Reading the file…",
  fileSending: "Sending the file: {percent}%",
  fileChecking: "Checking row {n}",
  fileRecognised: "{n} rows read",
  fileSend: "Send {n} rows",
  fileNothing: "No row can be sent. Correct the file and choose it again.",
  fileDone: "Done. {n} rows accepted.",
  fileOther: "Choose another file",
  statusAll: "All",
  statusAccepted: "Accepted",
  statusDuplicate: "Duplicate, known",
  statusAmended: "Amended an old result",
  statusHeld: "Held for a person",
  statusIgnored: "Ignored",
  statusRejected: "Rejected",
  columnRow: "Row",
  columnAccession: "Accession",
  columnStatus: "Status",
  columnReason: "Reason",
  columnCells: "What the row holds",
  cellEmpty: "empty",
  reportMore: "{n} more rows. Download the rows to mend to see all of them.",
  badRowsFile: "rows-to-mend.xlsx",
  passAccepted: "Welcome",
  passRefused: "Not yet",
  passQueued: "Kept on this phone",
  passQueuedNote: "No network. This visit is sent by itself when there is a signal.",
  passPeople: "{n} people",
  passPerson: "1 person",
  positionNone: "This device does not tell its position. Type latitude, longitude.",
  declareAnswer: "Answer this question",
  passCheckedOut: "You have left. Thank you!",
  queueWaiting: "Waiting for the network: {n}",
  queueRejected: "Not accepted: {n}. Scan the code again.",
  leavingRejected: "Your check-out was not recorded.",
  queueSent: "Sent today: {n}. None is waiting.",
  queueBroken: "This phone cannot keep the visit. Ask the staff to write it down.",
  insideSince: "You came in at {time}",
};

/** The page's language. */
export function lang(): "vi" | "en" {
  return document.documentElement.lang === "en" ? "en" : "vi";
}

/** The word for `key` in the page's language, its `{name}` places filled. */
export function say(key: Key, places: Record<string, string | number> = {}): string {
  return fill(lang() === "en" ? EN[key] : VI[key], places);
}

/** A text with its `{name}` places filled. */
export function fill(text: string, places: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole));
}

function locale(): string {
  return lang() === "en" ? "en-GB" : "vi-VN";
}

/** A whole number as the page's language writes it: `1.250` in Vietnamese, `1,250` in English. */
export function figure(n: number): string {
  return n.toLocaleString(locale());
}

/** Where the province is, wherever the phone says that it is. */
export const ZONE = { timeZone: "Asia/Ho_Chi_Minh" } as const;

/** The time of day where the province is, as the page's language writes it. */
export function clockTime(at: Date): string {
  return at.toLocaleTimeString(locale(), { ...ZONE, hour: "2-digit", minute: "2-digit" });
}

/** The day where the province is, as the page's language writes it. */
export function calendarDay(at: Date): string {
  return at.toLocaleDateString(locale(), { ...ZONE, day: "2-digit", month: "2-digit", year: "numeric" });
}

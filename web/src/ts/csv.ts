/** CSV as RFC 4180 has it. */

/** The separator of a file: whichever of comma, semicolon and tab its first line has most of. */
export function separatorOf(text: string): string {
  const first = text.slice(0, text.search(/[\r\n]|$/));
  const counted = [",", ";", "\t"].map((separator) => ({ separator, count: first.split(separator).length }));
  counted.sort((a, b) => b.count - a.count);
  return counted[0]?.separator ?? ",";
}

/** The records of a CSV text, the first of them its header. Quoted cells may hold separators, quotes and line ends. */
export function parseCsv(text: string, separator: string = separatorOf(text)): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = "";
  let quoted = false;
  const endRecord = (): void => {
    record.push(cell);
    cell = "";
    if (record.length > 1 || record[0] !== "") {
      records.push(record);
    }
    record = [];
  };
  const source = text.replace(/^\uFEFF/, "");
  for (let at = 0; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (quoted) {
      if (character !== '"') {
        cell += character;
      } else if (source.charAt(at + 1) === '"') {
        cell += '"';
        at += 1;
      } else {
        quoted = false;
      }
    } else if (character === '"' && cell === "") {
      quoted = true;
    } else if (character === separator) {
      record.push(cell);
      cell = "";
    } else if (character === "\n") {
      endRecord();
    } else if (character !== "\r") {
      cell += character;
    }
  }
  endRecord();
  return records;
}

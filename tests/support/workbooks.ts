import { strToU8, zipSync } from "fflate";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** A cell of a workbook: text, or a number, in the format of a time or none. */
export type WorkbookCell = string | { number: string; isTime?: true };

/** An XLSX file of these sheets, by their names. */
export function workbookOf(
  sheets: Readonly<Record<string, readonly (readonly WorkbookCell[])[]>>,
): Uint8Array {
  const names = Object.keys(sheets);
  const files = {
    "[Content_Types].xml": types(names.length),
    "_rels/.rels": relations([["officeDocument", "xl/workbook.xml"]]),
    "xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${
      names.map((name, index) => `<sheet name="${escaped(name)}" sheetId="${index + 1}" r:id="r${index}"/>`)
        .join("")
    }</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations([
      ...names.map((_, index) => ["worksheet", `worksheets/sheet${index + 1}.xml`] as const),
      ["styles", "styles.xml"],
    ]),
    "xl/styles.xml":
      `<styleSheet xmlns="${MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
    ...Object.fromEntries(
      names.map((name, index) => [`xl/worksheets/sheet${index + 1}.xml`, sheetOf(sheets[name] ?? [])]),
    ),
  };
  return zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])));
}

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const relations = (targets: readonly (readonly [type: string, target: string])[]): string =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${
    targets.map(([type, target], index) =>
      `<Relationship Id="r${index}" Type="${RELATIONS}/${type}" Target="${target}"/>`
    )
      .join("")
  }</Relationships>`;

const types = (sheets: number): string => {
  const kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const parts = Array.from(
    { length: sheets },
    (_, index) =>
      `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="${kinds}.worksheet+xml"/>`,
  );
  return `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
    <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
    <Override PartName="/xl/workbook.xml" ContentType="${kinds}.sheet.main+xml"/>
    <Override PartName="/xl/styles.xml" ContentType="${kinds}.styles+xml"/>${parts.join("")}</Types>`;
};

function sheetOf(rows: readonly (readonly WorkbookCell[])[]): string {
  const cells = (row: readonly WorkbookCell[], line: number) =>
    row.map((cell, column) => {
      const at = `r="${String.fromCharCode(65 + column)}${line + 1}"`;
      return typeof cell === "string"
        ? `<c ${at} t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`
        : `<c ${at}${cell.isTime ? ' s="1"' : ""}><v>${cell.number}</v></c>`;
    }).join("");
  return `<worksheet xmlns="${MAIN}"><sheetData>${
    rows.map((row, line) => `<row r="${line + 1}">${cells(row, line)}</row>`).join("")
  }</sheetData></worksheet>`;
}

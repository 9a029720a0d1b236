/**
 * Text inside SVG and HTML.
 *
 * @module
 */

import { plain } from "./text.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** escapeXml returns `text` so that it can stand in an element or an attribute, whatever it contains. */
export function escapeXml(text: string): string {
  // U+FFFE and U+FFFF are no characters of XML.
  return plain(text).replace(/[\ufffe\uffff]/g, "?").replace(/[&<>"']/g, (it) => ENTITIES[it]!);
}

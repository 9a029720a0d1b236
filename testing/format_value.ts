/**
 * Values in reports: short, on one line, never calling user code that could throw.
 *
 * @module
 */

const LONGEST = 40;

/** A value as short text: `"job 7"`, `42`, `{ id: 7, … }`. */
export function formatValue(value: unknown): string {
  const text = format(value, 0).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  const points = [...text];
  return points.length > LONGEST ? `${points.slice(0, LONGEST - 1).join("")}…` : text;
}

function format(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.slice(0, LONGEST));
    case "bigint":
      return `${value}n`;
    case "function":
      return formatFunction(value);
    case "object":
      return value === null ? "null" : formatObject(value, depth);
    default:
      return String(value);
  }
}

function formatFunction(value: object): string {
  try {
    const { name } = value as { readonly name: unknown };
    return `[function ${typeof name === "string" && name !== "" ? name : "anonymous"}]`;
  } catch {
    return "[function]"; // a proxy or getter that throws
  }
}

function formatObject(value: object, depth: number): string {
  try {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (Array.isArray(value)) {
      return depth > 0
        ? "[…]"
        : `[${value.slice(0, 4).map((item) => format(item, depth + 1)).join(", ")}${
          value.length > 4 ? ", …" : ""
        }]`;
    }
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    if (typeof name === "string" && name !== "" && name !== "Object") return name;
    if (depth > 0) return "{…}";
    const keys = Object.keys(value).slice(0, 3);
    const fields = keys.map((key) => {
      const descriptor = Object.getOwnPropertyDescriptor(value, key);
      return `${key}: ${
        descriptor !== undefined && "value" in descriptor
          ? format(descriptor.value, depth + 1)
          : "…"
      }`;
    });
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  } catch {
    return "[object]"; // a proxy or getter that throws
  }
}

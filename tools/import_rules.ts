/**
 * The import table as code: what each folder may import, and what keeps `runtime/` and `sync/` on every platform.
 *
 * Everything here is a pure function of file names and source text; `mod_test.ts` reads the files, and holds each of
 * these functions against bad inputs as well, since a rule that cannot fail is none.
 *
 * @module
 */
import { posix } from "node:path";
import type { Token } from "./scan.ts";

/** One import or re-export of a module. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Erased before the program runs, so it cannot take part in a cycle that matters. */
  readonly typeOnly: boolean;
  /** An `export *`. */
  readonly star: boolean;
}

interface Zone {
  /** Files of the package that may be imported. */
  readonly files: RegExp;
  /** Everything else: built-ins, packages, public specifiers. */
  readonly packages: RegExp;
  /** What a violation says is allowed. */
  readonly may: string;
}

const NONE = /^$/;
const PUBLIC =
  /^(@interleave\/go(\/(runtime|sync|platform|testing|testing\/fast-check|testing\/preload|lint))?|@std\/.+|fast-check)$/;

/** Who may import whom; the longest matching key counts. */
const TABLE: Readonly<Record<string, Zone>> = {
  "runtime/": { files: /^runtime\//, packages: NONE, may: "runtime/ only" },
  "sync/": { files: /^(sync|runtime)\//, packages: NONE, may: "sync/ and runtime/ only" },
  "platform/": {
    files: /^(platform|sync|runtime)\//,
    packages: /^node:(async_hooks|process)$/,
    may: "platform/, sync/, runtime/, node:async_hooks and node:process only",
  },
  "testing/": {
    files: /^(testing\/(?!fast_check\.ts$)|runtime\/)/,
    packages: /^node:/,
    may: "testing/ without fast_check.ts, runtime/ and node: built-ins only",
  },
  "testing/fast_check.ts": {
    files: /^(testing|runtime)\//,
    packages: /^(node:.+|fast-check)$/,
    may: "testing/, runtime/, node: built-ins and fast-check only",
  },
  "lint/": { files: /^lint\//, packages: NONE, may: "lint/ only" },
  "mod.ts": { files: /^(runtime|sync)\//, packages: NONE, may: "runtime/ and sync/ only" },
  "examples/": {
    files: /^examples\//,
    packages: PUBLIC,
    may: "public specifiers, @std/*, fast-check and examples/ only",
  },
};

/** Tests, benchmarks and tools may import anything. */
export function isFree(file: string): boolean {
  return /(_test|_bench)\.ts$|^tools\//.test(file);
}

/** The imports and re-exports of a module, in order. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const found: Import[] = [];
  for (const [index, { text, kind, line }] of tokens.entries()) {
    if (kind !== "word" || tokens[index - 1]?.text === ".") continue;
    if (text !== "import" && text !== "export") continue;
    const first = tokens[index + 1];
    const dynamic = first?.text === "(";
    const specifier = dynamic || first?.kind === "string"
      ? tokens[dynamic ? index + 2 : index + 1]
      : afterFrom(tokens, index);
    if (specifier?.kind !== "string") continue;
    const typeOnly = dynamic ? tokens[index - 1]?.text === "typeof" : first?.text === "type";
    const star = text === "export" && tokens[index + (typeOnly ? 2 : 1)]?.text === "*";
    found.push({ specifier: specifier.text, line, typeOnly, star });
  }
  return found;
}

/** The string after `from` in the import or export clause that starts at `index`, if it is one. */
function afterFrom(tokens: readonly Token[], index: number): Token | undefined {
  for (let at = index + 1; at < tokens.length; at++) {
    const { text, kind } = tokens[at]!;
    if (text === "from" && tokens[at + 1]?.kind === "string") return tokens[at + 1];
    if (kind !== "word" && !["{", "}", ",", "*"].includes(text)) return undefined;
    if (text === "}" && tokens[at + 1]?.text !== "from") return undefined;
  }
  return undefined;
}

/** The file that `specifier` names when `from` imports it, relative to the root; undefined for all but paths. */
export function resolve(from: string, specifier: string): string | undefined {
  return /^\.\.?\//.test(specifier) ? posix.join(posix.dirname(from), specifier) : undefined;
}

/** Says what is wrong with the imports of `file`; nothing, if they point down. */
export function checkImports(file: string, imports: readonly Import[]): string[] {
  const stars = imports.filter((it) => it.star).map((it) =>
    `${file}:${it.line} says export * from "${it.specifier}": list the names`
  );
  if (isFree(file)) return stars;
  const key = Object.keys(TABLE).filter((it) => file.startsWith(it)).sort().at(-1);
  if (key === undefined) return [...stars, `${file} is in no folder of the import table`];
  return [...stars, ...outside(TABLE[key]!, key, file, imports)];
}

/** Says which imports a reader could not paste, for the code fences of a README or a doc comment. */
export function checkDocImports(file: string, imports: readonly Import[]): string[] {
  return outside(TABLE["examples/"]!, "a doc example", file, imports);
}

function outside(zone: Zone, who: string, file: string, imports: readonly Import[]): string[] {
  return imports.filter(({ specifier }) => {
    const target = resolve(file, specifier);
    return target === undefined ? !zone.packages.test(specifier) : !zone.files.test(target);
  }).map(({ specifier, line }) =>
    `${file}:${line} imports "${specifier}", but ${who} may import ${zone.may}`
  );
}

/** The production scheduler, which alone reads clocks and sets timers: everybody else asks the scheduler. */
export const CLOCK_FILES: readonly string[] = [
  "runtime/event_loop.ts",
  "runtime/platform_timers.ts",
  "runtime/turns.ts",
];
/** Those that look which platform it is, and do without what it lacks. */
const PLATFORM_FILES = ["runtime/deno_core.ts"];
const PLATFORM = /^(Deno|process|Buffer|require)$/;
const CLOCK = /^(Date|performance|setTimeout|setInterval|setImmediate|MessageChannel|crypto)$/;

/** Says where a file of `runtime/` or `sync/` goes round the scheduler or leaves the common platform. */
export function checkGlobals(file: string, tokens: readonly Token[]): string[] {
  if (!/^(runtime|sync)\//.test(file) || isFree(file)) return [];
  const found: string[] = [];
  for (const [index, { text, kind, line }] of tokens.entries()) {
    if (kind !== "word") continue;
    if (tokens[index - 1]?.text === "." && tokens[index - 2]?.text !== "globalThis") continue;
    const member = tokens[index + 1]?.text === "." ? `${text}.${tokens[index + 2]?.text}` : text;
    const clock = CLOCK.test(text) || ["Math.random", "AbortSignal.timeout"].includes(member);
    const platform = PLATFORM.test(text) && !PLATFORM_FILES.includes(file);
    if (platform || (clock && !CLOCK_FILES.includes(file))) {
      found.push(
        `${file}:${line} uses ${member}: ask the scheduler, and only what all platforms have`,
      );
    }
  }
  return found;
}

/** Says which files are named after nothing in particular. */
export function checkNames(files: readonly string[]): string[] {
  const dump = /(^|\/)(utils?|types|helpers?|common|misc|deps)(_test)?\.ts$/;
  return files.filter((file) => dump.test(file)).map((file) => `${file} is named after no concept`);
}

/** Says which folders with TypeScript in them have no README.md. */
export function checkReadmes(files: readonly string[]): string[] {
  const folders = new Set(files.filter((file) => file.endsWith(".ts")).map(posix.dirname));
  return [...folders].filter((folder) => !files.includes(posix.join(folder, "README.md"))).map(
    (folder) => `${folder}/ has no README.md`,
  );
}

/** The first cycle of imports, each file importing the next and the last one the first; undefined if there is none. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    if (path.includes(file)) return path.slice(path.indexOf(file));
    if (done.has(file)) return undefined;
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

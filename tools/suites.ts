/**
 * Which test files share a worker when all tests are run.
 *
 * Deno gives each file a worker of its own. That costs 0.2 s before its first test: 0.08 s for the isolate, 0.12 s to load
 * the library; and what V8 has learnt about the library is forgotten each time. With 150 files it was more than half of
 * what all tests take. So files of one suite share a worker. `deno task test FILE` takes none of this, and neither does
 * `deno task test --isolated`, which holds every file to working by itself.
 *
 * @module
 */
import { projectFiles } from "./project_files.ts";

/**
 * The suites, the longest first: they are started in this order. A file is in the first one whose pattern fits. Each has
 * a module in `suites/`.
 */
export const SUITES: Readonly<Record<string, RegExp>> = {
  // These two mostly wait for processes of their own.
  programs: /^(tools\/|examples\/demo_)/,
  processes:
    /^testing\/(copies|determinism|exclusive|explorer_memory|options|platform|preload|replay)_/,
  reduction: /^testing\/(exhaustive|linear|reduced|tracked)/,
  primitives: /^sync\/[^/]+$/,
  examples: /^examples\//,
  conformance: /^sync\/conformance\//,
  testing_a_l: /^testing\/[a-l][^/]*$/,
  testing_m_r: /^testing\/[m-r][^/]*$/,
  testing_s_z: /^testing\/[s-z][^/]*$/,
  reports: /^testing\/report\//,
  package: /^[^/]+$|^(lint|platform\/track_goroutines)/,
  // No explorer is ever loaded beside these.
  production:
    /^(platform\/signals|runtime\/(crowd|duration|event_loop|fifo|go|operation|panic|platform_timers|sleep|timer_heap|turns|wait_queue))_/,
  runtime: /^(platform|runtime)\//,
};

/** The test files of each suite; those that are in none under "". */
export function suites(): Map<string, string[]> {
  const tests = projectFiles().filter((file) => file.endsWith("_test.ts"));
  return Map.groupBy(
    tests,
    (file) => Object.keys(SUITES).find((name) => SUITES[name]?.test(file)) ?? "",
  );
}

/** Registers the tests of a suite. */
export async function load(name: string): Promise<void> {
  for (const file of suites().get(name) ?? []) {
    await import(new URL(`../${file}`, import.meta.url).href);
  }
}

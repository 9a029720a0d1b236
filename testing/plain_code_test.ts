// Bugs of JavaScript in ordinary promise code: found without a goroutine in it, made short, replayed, and absent from
// the mended form.
import { assert, assertEquals } from "@std/assert";
import { KERNELS } from "../examples/bugs/kernels.ts";
import { problemOf } from "../examples/bugs/verdict.ts";
import { explore } from "./explore.ts";
import { ScheduleError } from "./schedule_error.ts";
import { decodeToken, encodeToken } from "./schedule_token.ts";

const FOLDER = new URL("../examples/bugs/js/", import.meta.url);

/** What has nothing to do with goroutines: time, and giving others a turn. */
const PLAIN = /^(?:sleep|yieldNow|callAfter|type CallTimer)$/;

/** The kernels of modules without a goroutine and without a primitive of ours. */
async function plainKernels(): Promise<typeof KERNELS> {
  const plain = new Set<string>();
  for await (const { name } of Deno.readDir(FOLDER)) {
    const source = await Deno.readTextFile(new URL(name, FOLDER));
    const imported = /import \{([^}]*)\} from "@interleave\/go"/.exec(source)?.[1] ?? "";
    const names = imported.split(",").map((name) => name.trim()).filter((name) => name !== "");
    if (!names.every((name) => PLAIN.test(name))) continue;
    for (const [, id] of source.matchAll(/id: [`"](JS-[0-9]+[^`"$]*)/g)) plain.add(id as string);
  }
  return KERNELS.filter(({ id, shows }) =>
    shows === "in some schedules" && [...plain].some((it) => id.startsWith(it))
  );
}

Deno.test("explore finds the bugs of plain promise code: made short, replayed, absent when mended", async (t) => {
  const kernels = await plainKernels();
  const entries = new Set(kernels.map(({ id }) => id.slice(0, "JS-00".length)));
  assert(entries.size >= 10, `only ${[...entries]} are plain code`);
  for (const { id, name, options, buggy, fixed, ...kernel } of kernels) {
    await t.step(`${id} ${name}`, async () => {
      const all = { ...options, name: id, seed: 1 };
      const failure = (more: object): Promise<unknown> =>
        explore(buggy, { ...all, ...more }).then(() => undefined, (error: unknown) => error);
      const whole = { id, name, buggy, fixed, ...kernel };
      const error = await failure({ schedules: 10_000 });
      assertEquals(problemOf(whole, error), undefined);
      assert(error instanceof ScheduleError);

      // Short: without any one of its choices it does not fail, or not in this way, or no longer fits.
      const { deviations, exploration } = decodeToken(error.schedule);
      assert(deviations.length <= 6, error.schedule);
      for (const left of deviations) {
        const rest = deviations.filter((it) => it !== left).map((it) => ({ ...it, check: "" }));
        const shorter = await failure({
          replay: encodeToken({ deviations: rest, exploration }),
        });
        const isSame = shorter instanceof ScheduleError && shorter.kind === error.kind &&
          String(shorter.cause) === String(error.cause);
        assert(!isSame, `${error.schedule} fails without its choice at ${left.at}, too`);
      }

      const again = await failure({ replay: error.schedule });
      assertEquals(problemOf(whole, again), undefined);
      assert(again instanceof ScheduleError);
      assertEquals(again.trace.steps, error.trace.steps);

      const { schedules } = await explore(fixed, { ...all, schedules: 300 });
      assert(schedules >= 1);
    });
  }
});

// Reduced search must see every outcome that there is, and none besides: random programs over all primitives, misuse
// included, against all schedules of each. `deno task corpus outcomes` compares 5,000 of them, with limits five times
// as large.
import { assert, assertEquals } from "@std/assert";
import { type OutcomeProgram, randomProgram } from "../tools/corpus/outcome_programs.ts";
import { allOutcomes, compare, differs, shrink } from "../tools/corpus/outcomes.ts";
import { RandomSource } from "./random_source.ts";

const PROGRAMS = 120;
const LIMITS = { classes: 200, schedules: 300, samples: 100 };

Deno.test("Reduced has all outcomes of random programs, and no others", async () => {
  let compared = 0, exhaustive = 0, classes = 0, schedules = 0;
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const program = randomProgram(new RandomSource(seed));
    const comparison = await compare(program, seed, LIMITS);
    if (differs(comparison)) {
      const small = await shrink(program, seed, LIMITS);
      const { missing, extra } = await compare(small, seed, LIMITS);
      assertEquals({ missing, extra }, { missing: [], extra: [] }, JSON.stringify(small));
    }
    if (comparison.isCompared) compared++;
    if (comparison.isExhaustive) {
      exhaustive++;
      classes += comparison.classes;
      schedules += comparison.schedules;
    }
  }
  // The others have more than 200 classes, or more than 300 schedules.
  assert(compared > 0.75 * PROGRAMS, `${compared} compared`);
  assert(exhaustive > 0.5 * PROGRAMS, `${exhaustive} compared with all schedules`);
  assert(classes < schedules / 3, `${classes} classes instead of ${schedules} schedules`);
});

/** What random programs have found, each of which was wrong in at least one order of taking goroutines. */
const FOUND: Readonly<Record<string, OutcomeProgram>> = {
  "a select whose answers were recorded behind a step that had none yet": {
    capacities: [0, 0],
    count: 0,
    goroutines: [
      ["c.close", "c.tryReceive"],
      ["select receive c, send d"],
      ["select receive c, send d", "d.receive || select receive c, receive d"],
    ],
  },
  "sequences behind a step that was not known yet, while somebody sleeps": {
    capacities: [0, 0],
    count: 0,
    goroutines: [
      ["m.lock", "cond.wait"],
      ["once set, yield"],
      ["cancel", "m.tryLock", "once receive c"],
      ["err"],
    ],
  },
  "a step that may wake a select, or not": {
    capacities: [1, 0],
    count: 0,
    goroutines: [
      ["trySelect receive c, send d"],
      ["d.receive"],
      ["select rw lock, receive c", "select send c, default", "select send c, receive d"],
      ["c.send", "c.size"],
    ],
  },
  "a mutex unlocked by somebody else": {
    capacities: [0, 0],
    count: 0,
    goroutines: [["m.lock"], ["m.unlock"]],
  },
  "a mutex unlocked by somebody else, and handed on": {
    capacities: [0, 0],
    count: 0,
    goroutines: [
      ["m.lock", "cond.broadcast"],
      ["m.lock", "cond.wait"],
      ["m.unlock", "m.lock"],
      ["m.lock", "m.unlock"],
    ],
  },
  "a lock for reading undone by somebody else": {
    capacities: [0, 0],
    count: 0,
    goroutines: [["rw.rLock"], ["rw.rUnlock"]],
  },
  "permits released by somebody else": {
    capacities: [0, 0],
    count: 0,
    goroutines: [["sem.acquire"], ["sem.release"]],
  },
  "a WaitGroup that one of two takes below zero": {
    capacities: [0, 0],
    count: 2,
    goroutines: [["wg.add -2"], ["wg.done &", "wg.wait"], ["wg.wait", "wg.add 1"]],
  },
  "a WaitGroup whose second round begins and ends before whoever waited has returned": {
    capacities: [0, 0],
    count: 1,
    goroutines: [["wg.done", "wg.add 1"], ["wg.wait", "x.get"], ["x.set 1", "wg.done"]],
  },
  "a timer that is set and stopped in one step while somebody waits for it": {
    capacities: [0, 0],
    count: 0,
    goroutines: [["timer.reset 0 &", "timer.stop"], ["timer.receive"]],
  },
  "a send into a buffer whose receiver waits": {
    capacities: [1, 0],
    count: 0,
    goroutines: [["c.send", "x.set"], ["x.get &", "c.receive"]],
  },
};

for (const [name, program] of Object.entries(FOUND)) {
  Deno.test(`Reduced has all outcomes of ${name}`, async () => {
    const limits = { classes: 5_000, schedules: 20_000, samples: 0 };
    const all = await allOutcomes(program, 0, limits);
    for (let seed = 0; seed < 12; seed++) {
      const { isExhaustive, missing, extra } = await compare(program, seed, limits, undefined, all);
      assertEquals({ isExhaustive, missing, extra }, {
        isExhaustive: true,
        missing: [],
        extra: [],
      });
    }
  });
}

Deno.test("compare: sees what a search that loses outcomes has lost", async () => {
  const program = FOUND["a send into a buffer whose receiver waits"] as OutcomeProgram;
  const limits = { classes: 5_000, schedules: 20_000, samples: 0 };
  const blind = { access: () => ({ verb: "none", bit: 1, mask: 0 }), hasCompletions: true };
  const { missing } = await compare(program, 0, limits, blind);
  assert(missing.length > 0);
});

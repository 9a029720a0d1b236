/**
 * Fewer preemptions by moving whole blocks of a schedule: what a goroutine does between two switches.
 *
 * After Jalbert, Sen, "A Trace Simplification Technique for Effective Debugging of Concurrent Programs", FSE 2010: a
 * goroutine is left for the end if the failure does not need it, and blocks of one goroutine are joined, the later one
 * moved up or the earlier one down. Every change is executed, so that it is right with plain variables, too.
 *
 * @module
 */

import type { PlannedStep, TakenStep } from "./follow.ts";

interface Block {
  readonly goroutine: number;
  readonly steps: readonly TakenStep[];
  /** Whether it begins by preempting the one before. */
  readonly isPreemption: boolean;
}

function blocksOf(steps: readonly TakenStep[]): Block[] {
  const blocks: { goroutine: number; steps: TakenStep[]; isPreemption: boolean }[] = [];
  for (const step of steps) {
    const last = blocks.at(-1);
    if (last?.goroutine === step.goroutine) last.steps.push(step);
    else {
      const { goroutine, isPreemption } = step;
      blocks.push({ goroutine, steps: [step], isPreemption });
    }
  }
  return blocks;
}

/** Orders of the same steps that may need fewer preemptions, the boldest first. */
export function* simplerOrders(steps: readonly TakenStep[]): Generator<PlannedStep[]> {
  const blocks = blocksOf(steps);
  const preempted = new Set<number>();
  blocks.forEach(({ isPreemption }, at) => {
    if (isPreemption) preempted.add((blocks[at - 1] as Block).goroutine);
  });
  const goroutines = new Set(blocks.map(({ goroutine }) => goroutine));
  if (preempted.size === 0) return;
  for (const goroutine of goroutines) {
    const isIts = (step: TakenStep): boolean => step.goroutine === goroutine;
    if (steps.every(isIts)) continue;
    yield [...steps.filter((step) => !isIts(step)), ...steps.filter(isIts)];
  }
  for (let at = 0; at < blocks.length; at++) {
    const block = blocks[at] as Block;
    const later = blocks.findIndex(({ goroutine }, i) => i > at && goroutine === block.goroutine);
    if (later < 0 || !blocks.slice(at + 1, later + 1).some((one) => one.isPreemption)) continue;
    yield flatten(blocks.toSpliced(later, 1).toSpliced(at + 1, 0, blocks[later] as Block));
    yield flatten(blocks.toSpliced(later, 0, block).toSpliced(at, 1));
  }
}

function flatten(blocks: readonly Block[]): PlannedStep[] {
  return blocks.flatMap(({ steps }) => steps);
}

/**
 * The strategies by name.
 *
 * @module
 */

import { Bounded } from "./bounded.ts";
import { Deviations } from "./deviations.ts";
import { Exhaustive } from "./exhaustive.ts";
import type { Settings } from "./options.ts";
import { Pct } from "./pct.ts";
import { Portfolio } from "./portfolio.ts";
import { PartialOrderSampling } from "./pos.ts";
import { PreemptionSampler } from "./preemption_sampler.ts";
import { RandomWalk } from "./random.ts";
import { Reduced } from "./reduced.ts";
import type { Strategy } from "./strategy.ts";
import { SwitchCoverage } from "./switch_coverage.ts";
import { UniformWalk } from "./uniform.ts";

/**
 * The strategy that the options ask for.
 *
 * @throws {TypeError} If it does not go with another option.
 */
export function toStrategy({ strategy, seed, earlyTimers, state }: Settings): Strategy {
  switch (strategy) {
    case "portfolio":
      return new Portfolio(seed, state);
    case "random":
      return new RandomWalk(seed);
    case "urw":
      return new UniformWalk(seed);
    case "pos":
      return new PartialOrderSampling(seed);
    case "pct":
      return new Pct(seed);
    case "preemptions":
      return new PreemptionSampler(seed);
    case "bounded":
      return new Bounded();
    case "deviations":
      return new Deviations(seed);
    case "coverage":
      return new SwitchCoverage(seed);
    case "exhaustive":
      return new Exhaustive();
    case "reduced":
      if (earlyTimers) {
        throw new TypeError('Cannot explore: option "earlyTimers" does not go with "reduced"');
      }
      return new Reduced();
    default:
      return strategy;
  }
}

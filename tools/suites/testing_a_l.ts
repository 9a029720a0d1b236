import { load } from "../suites.ts";

await load("testing_a_l");

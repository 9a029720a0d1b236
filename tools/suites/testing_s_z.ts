import { load } from "../suites.ts";

await load("testing_s_z");

import { load } from "../suites.ts";

await load("testing_m_r");

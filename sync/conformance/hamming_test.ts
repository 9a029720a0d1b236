// Go's test/235.go.
import { assertEquals } from "@std/assert";
import { Channel, go } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

const HAMMING =
  "2 3 4 5 6 8 9 10 12 15 16 18 20 24 25 27 30 32 36 40 45 48 50 54 60 64 72 75 80 81 90 96 100 108 120 125 128 135 144 " +
  "150 160 162 180 192 200 216 225 240 243 250 256 270 288 300 320 324 360 375 384 400 405 432 450 480 486 500 512 540 " +
  "576 600 625 640 648 675 720 729 750 768 800 810 864 900 960 972 1000 1024 1080 1125 1152 1200 1215 1250 1280 1296 " +
  "1350 1440 1458 1500 1536 1600";

conforms(
  "multipliers by 2, 3 and 5 with a buffer of 100 give the numbers 2^i 3^j 5^k in order (test/235.go)",
  async (count) => {
    const expected = HAMMING.split(" ").map(Number).slice(0, count);
    const branches = [2, 3, 5].map((factor) => {
      const source = new Channel<number>(100), out = new Channel<number>(100);
      go(async () => {
        for await (const n of source) await out.send(factor * n);
      }, "multiplier");
      return { source, out, head: 0 };
    });
    for (const { source } of branches) await source.send(1);
    for (const branch of branches) branch.head = await branch.out.receive() as number;
    for (const wanted of expected) {
      const last = Math.min(...branches.map(({ head }) => head));
      assertEquals(last, wanted);
      for (const { source } of branches) await source.send(last);
      for (const branch of branches) {
        if (branch.head === last) branch.head = await branch.out.receive() as number;
      }
    }
    for (const { source } of branches) source.close();
  },
  { rounds: [100, 8], schedules: 20 },
);

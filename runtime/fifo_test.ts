import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Fifo } from "./fifo.ts";

Deno.test("Fifo behaves like an array under push and shift", async () => {
  const commands = fc.array(fc.option(fc.integer(), { nil: undefined }), { maxLength: 100 });
  await fc.assert(fc.asyncProperty(commands, (commands) => {
    const fifo = new Fifo<number>();
    const model: number[] = [];
    for (const item of commands) {
      if (item === undefined) {
        assertEquals(fifo.shift(), model.shift());
      } else {
        fifo.push(item);
        model.push(item);
      }
      assertEquals(fifo.size, model.length);
    }
    while (model.length > 0) assertEquals(fifo.shift(), model.shift());
    assertEquals(fifo.shift(), undefined);
    return Promise.resolve();
  }));
});

// What starting a goroutine does.
import { assertEquals } from "@std/assert";
import { Channel, go, numGoroutine, yieldNow } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

conforms("what was written before go is seen in the goroutine (mem:go-start)", async () => {
  const done = new Channel<string>();
  let text = "before";
  text = "hello";
  go(() => done.send(text));
  assertEquals(await done.receive(), "hello");
});

conforms("arguments are evaluated by the spawner, before it goes on (spec:go-args)", async () => {
  const out = new Channel<string>();
  const log: string[] = [];
  let n = 0;
  const next = () => (log.push("argument"), ++n);
  const spawn = (id: number) => go(() => out.send(`${id} of ${n}`));
  spawn(next());
  log.push("after go");
  n = 10;
  assertEquals([await out.receive(), log], ["1 of 10", ["argument", "after go"]]);
});

conforms(
  "go runs nothing of its body before it returns, and drops its result (spec:go-return)",
  async () => {
    const done = new Channel<never>();
    let isRunning = false;
    const result: void = go(() => {
      isRunning = true;
      done.close();
      return "dropped";
    });
    assertEquals([isRunning, result], [false, undefined]);
    await done.receive();
    assertEquals(isRunning, true);
  },
);

conforms("the spawner does not wait for its goroutine (spec:go-return)", async () => {
  const first = new Channel<never>(), second = new Channel<never>();
  go(async () => {
    await first.receive();
    second.close();
  });
  first.close();
  await second.receive();
});

conforms(
  "go of a named function, a variable, a returned function and a literal (test/func5.go)",
  async () => {
    const ch = new Channel<string>();
    function named() {
      return ch.send("named");
    }
    const variable = (text: string) => ch.send(text);
    const made = (text: string) => () => ch.send(text);
    const receive = async () => await ch.receive();
    go(named);
    assertEquals(await receive(), "named");
    go(() => variable("variable"));
    assertEquals(await receive(), "variable");
    go(made("returned"));
    assertEquals(await receive(), "returned");
    go(async () => {
      await ch.send("literal");
    });
    assertEquals(await receive(), "literal");
  },
);

conforms(
  "numGoroutine is back at its first value once a short goroutine has run (test/goprint.go)",
  async () => {
    const before = numGoroutine();
    let printed = "";
    go(() => {
      printed += "42 true";
    });
    assertEquals(numGoroutine(), before + 1);
    for (let i = 0; i < 100 && numGoroutine() > before; i++) await yieldNow();
    assertEquals([printed, numGoroutine()], ["42 true", before]);
  },
);

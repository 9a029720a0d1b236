// Go's src/context/afterfunc_test.go: contexts that somebody else has written, with and without a way of their own to
// tell of their end.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  afterFunc,
  background,
  cause,
  Channel,
  numGoroutine,
  withCancel,
  withTimeout,
  withValue,
} from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";
import { Foreign, ForeignWithAfterFunc } from "./foreign_context_test.ts";

conforms(
  "withCancel hears of a foreign end by afterFunc (context/afterfunc_test.go:TestCustomContextAfterFuncCancel)",
  async () => {
    const foreign = new ForeignWithAfterFunc(background()), child = withCancel(foreign);
    assertEquals(foreign.callbacks.size, 1);
    foreign.cancel();
    await child.done.receive();
    assertStrictEquals(child.err, foreign.err);
  },
);

conforms(
  "withTimeout hears of a foreign end by afterFunc (context/afterfunc_test.go:TestCustomContextAfterFuncTimeout)",
  async () => {
    const foreign = new ForeignWithAfterFunc(background()), child = withTimeout(foreign, 1e6);
    assertEquals(foreign.callbacks.size, 1);
    foreign.cancel();
    await child.done.receive();
    assertStrictEquals(child.err, foreign.err);
  },
);

conforms(
  "afterFunc asks a foreign context for it (context/afterfunc_test.go:TestCustomContextAfterFuncAfterFunc)",
  async () => {
    const foreign = new ForeignWithAfterFunc(background()), called = new Channel<void>();
    const stop = afterFunc(foreign, () => called.send());
    assertEquals(foreign.callbacks.size, 1);
    foreign.cancel();
    await called.receive();
    assertEquals(stop(), false);
  },
);

conforms(
  "a child that is canceled takes its callback off (context/afterfunc_test.go:TestCustomContextAfterFuncUnregisterTimeout)",
  () => {
    const foreign = new ForeignWithAfterFunc(background());
    for (const derive of [() => withTimeout(foreign, 1e6), () => withCancel(foreign)]) {
      const child = derive();
      assertEquals(foreign.callbacks.size, 1);
      child.cancel();
      assertEquals(foreign.callbacks.size, 0);
    }
    const stop = afterFunc(foreign, () => {});
    assertEquals([foreign.callbacks.size, stop(), foreign.callbacks.size], [1, true, 0]);
  },
);

conforms(
  "a foreign context without afterFunc is watched through its done, without a goroutine",
  async () => {
    const foreign = new Foreign(withValue(withCancel(background()), "key", "value"));
    const goroutines = numGoroutine();
    const child = withCancel(foreign), grandchild = withCancel(withValue(child, "more", 1));
    const leaving = withTimeout(foreign, 1e6);
    leaving.cancel();
    assertEquals(numGoroutine(), goroutines);
    foreign.cancel();
    assertStrictEquals(child.err, foreign.err);
    assertStrictEquals(cause(grandchild), foreign.err);
    assert((await grandchild.done.next()).done);
    assertEquals(child.value("key"), "value");
    assertStrictEquals(withCancel(foreign).err, foreign.err, "done at once");
  },
);

conforms("a foreign context can be waited with", async () => {
  const foreign = new Foreign(background());
  const received = new Channel<number>().receive(foreign).catch((error) => error);
  foreign.cancel();
  assertStrictEquals(await received, foreign.err);
});

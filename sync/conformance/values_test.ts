// What can be sent: any value, channels too. Programs of Go's test/.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Channel, go, select, WaitGroup, yieldNow } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

conforms(
  "a channel just received inside a select can be sent on (test/chan/sendstmt.go)",
  async () => {
    const channels = new Channel<Channel<number>>(1);
    const ch = new Channel<number>(1);
    await channels.send(ch);
    const sent = await select({ sent: (await channels.receive() as Channel<number>).sending(2) }, {
      default: true,
    });
    assertEquals([sent.key, await ch.receive()], ["sent", 2]);
  },
);

conforms("the value sent is the whole expression (test/chan/sendstmt.go)", async () => {
  const ch = new Channel<boolean>(1);
  const no = () => false;
  await ch.send(no() || true);
  assertEquals(await ch.receive(), true);
});

conforms(
  "channels of a unit type, with and without buffer, can be made and used (test/chan/zerosize.go)",
  async () => {
    const unbuffered = new Channel<void>(), buffered = new Channel<Record<string, never>>(1);
    go(() => unbuffered.send(undefined));
    assertEquals(await unbuffered.next(), { value: undefined, done: false });
    await buffered.send({});
    assertEquals(buffered.size, 1);
    assertEquals(await buffered.receive(), {});
  },
);

conforms("len and cap; a capacity that is none is refused (test/chancap.go)", async () => {
  const ch = new Channel<number>(10);
  assertEquals([ch.size, ch.capacity], [0, 10]);
  for (let i = 0; i < 3; i++) await ch.send(i);
  assertEquals([ch.size, ch.capacity], [3, 10]);
  const unbuffered = new Channel<number>();
  assertEquals([unbuffered.size, unbuffered.capacity], [0, 0]);
  for (const absurd of [-1, 2 ** 63]) {
    assertThrows(() => new Channel(absurd), RangeError, "makechan: size out of range");
  }
});

/** A channel of channels of its own kind. */
interface Nest {
  readonly inner: Channel<Nest>;
}

conforms(
  "a channel received over a channel of its own type works (test/typeparam/issue47901.go)",
  async () => {
    const outer: Nest = { inner: new Channel<Nest>(1) };
    const given: Nest = { inner: new Channel<Nest>() };
    await outer.inner.send(given);
    const received = await outer.inner.receive() as Nest;
    assertStrictEquals(received, given);
    go(async () => {
      await received.inner.send(outer);
      received.inner.close();
    });
    let count = 0;
    for await (const nest of given.inner) {
      assertStrictEquals(nest, outer);
      count++;
    }
    assertEquals(count, 1);
  },
);

const moduleLevel = new Channel<number>();

conforms(
  "a channel of the module: a goroutine sends, main receives (test/fixedbugs/bug067.go)",
  async () => {
    go(async () => {
      await moduleLevel.send(0);
    });
    assertEquals(await moduleLevel.receive(), 0);
  },
);

conforms(
  "100 buffered values arrive with done false, then done is true (test/fixedbugs/bug234.go)",
  async () => {
    const ch = new Channel<number>(100);
    for (let i = 0; i < 100; i++) await ch.send(i);
    ch.close();
    for (let i = 0; i < 100; i++) assertEquals(await ch.next(), { value: i, done: false });
    assertEquals(await ch.next(), { value: undefined, done: true });
  },
  { schedules: 5 },
);

/** One end of a connection that carries nothing. */
class Connection {}

/** A listener whose dialled connections come over a channel. */
class Listener {
  readonly #dialled = new Channel<Connection>();
  readonly accept = () => this.#dialled.receive();
  readonly close = () => this.#dialled.close();
  async dial(): Promise<Connection> {
    const connection = new Connection();
    await this.#dialled.send(connection);
    return connection;
  }
}

conforms(
  "a goroutine loops in accept, and dial gets through (test/fixedbugs/bug243.go)",
  async () => {
    const listener = new Listener();
    const accepted: (Connection | undefined)[] = [];
    const wg = new WaitGroup();
    wg.go(async () => {
      for (;;) {
        const connection = await listener.accept();
        if (connection === undefined) return;
        accepted.push(connection);
      }
    });
    const dialled = [await listener.dial(), await listener.dial()];
    listener.close();
    await wg.wait();
    assertEquals(accepted.length, 2);
    for (const [i, connection] of dialled.entries()) assertStrictEquals(accepted[i], connection);
  },
);

conforms(
  "the argument of a deferred call is received when the defer is made (test/fixedbugs/issue8039.go)",
  async () => {
    const ch = new Channel<number>(2);
    await ch.send(1);
    await ch.send(2);
    const seen: unknown[] = [];
    const work = async () => {
      await using _ = deferred((value) => seen.push(value), await ch.receive());
      seen.push(ch.size);
    };
    await work();
    assertEquals(seen, [1, 1]);
  },
);

function deferred<T>(call: (value: T) => void, value: T): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      await yieldNow();
      call(value);
    },
  };
}

class Shape {
  readonly #sides: number;
  constructor(sides: number) {
    this.#sides = sides;
  }
  get sides(): number {
    return this.#sides;
  }
}
class Square extends Shape {
  constructor() {
    super(4);
  }
}

conforms(
  "a received object keeps class and identity in every form (test/fixedbugs/issue43292.go)",
  async () => {
    const ch = new Channel<Shape>(1);
    const square = new Square();
    const check = (value: Shape | undefined) => {
      assertStrictEquals(value, square);
      assertInstanceOf(value, Square);
      assertEquals(value.sides, 4);
    };
    await ch.send(square);
    check(await ch.receive());
    await ch.send(square);
    const { value, done } = await ch.next();
    check(value);
    assertEquals(done, false);
    await ch.send(square);
    check((await select({ got: ch.receiving() })).value);
    await ch.send(square);
    const taken = await select({ got: ch.receiving(), other: new Channel<Shape>().receiving() });
    check(taken.value);
    assert(taken.ok);
  },
);

/**
 * Turns of the platform's event loop.
 *
 * What they cost and give differs: `setImmediate` (Deno, Node, Bun) costs about 1 us, but Deno looks at IO only every 60
 * turns or so while JavaScript keeps itself awake, so a slice is followed by several. A browser has `MessageChannel`,
 * picks among its task queues at each turn, and needs one.
 *
 * Nothing is touched before the first turn is asked for: the first touch of `setImmediate` costs Deno 5 to 15 ms.
 *
 * Rejected: `setTimeout(0)` where there is anything else, at 2 ms a turn; one message port for ever, which keeps a process
 * alive and is a leak to a test's sanitizers.
 *
 * @module
 */

/** How many turns `setImmediate` gives the platform after a slice. */
const IMMEDIATE_TURNS = 32;

let request: (callback: () => void) => unknown = pickPlatform;
let turns = 1;

/** Calls `callback` in the platform's next turn. */
export function nextTurn(callback: () => void): void {
  request(callback);
}

/** How many turns the platform needs after a slice. Known once one was asked for. */
export function turnsAfterSlice(): number {
  return turns;
}

function pickPlatform(callback: () => void): void {
  const { setImmediate, MessageChannel } = globalThis as {
    setImmediate?: (callback: () => void) => unknown;
    MessageChannel?: unknown;
  };
  if (typeof setImmediate === "function") {
    request = setImmediate;
    turns = IMMEDIATE_TURNS;
  } else if (typeof MessageChannel === "function") {
    request = requestByMessage;
  } else {
    request = (callback) => setTimeout(callback, 0);
  }
  request(callback);
}

function requestByMessage(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    port2.close();
    callback();
  };
  port2.postMessage(null);
}

/**
 * Go's primitives: channels, select, WaitGroup, Mutex.
 *
 * @module
 */

export { Channel, type ReceiveChannel, type SendChannel } from "./channel.ts";
export { Receiving, Sending } from "./channel_state.ts";
export { ClosedError } from "./errors.ts";
export { Mutex } from "./mutex.ts";
export { select, type SelectCases, type Selected, type SelectDefault, trySelect } from "./select.ts";
export { WaitGroup } from "./wait_group.ts";

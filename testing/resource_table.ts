/**
 * Which resources a schedule uses: their numbers, and the border between what was made in it and what was not.
 *
 * Invariants:
 * - A resource is its maker's n-th, and has the same number in every schedule of an exploration.
 * - What was made outside is idle when a schedule begins to use it, and is put back when that ends.
 * - No queue has a waiter inside and one outside.
 *
 * @module
 */

import { eventLoop } from "../runtime/event_loop.ts";
import { Resource } from "../runtime/observer.ts";
import { Operation } from "../runtime/operation.ts";
import type { Goroutine, ResourceNode } from "./goroutine.ts";

/** A resource that was made outside the schedule and is used inside. */
interface Borrowed {
  readonly resource: Resource;
  readonly before: string;
  readonly restore: () => void;
}

/** The mark of what is made by a goroutine whose schedule has ended. */
export const MADE_EARLIER: ResourceNode = Object.freeze({ id: 0, epoch: -1, resource: null });

/** How most operations tell what they touch: their resource. */
const touchesOne = Operation.prototype.touches;

/** Whether an operation touches more than its resource. */
export function touchesMore(operation: Operation<unknown>): boolean {
  return operation.touches !== touchesOne;
}

/** ResourceTable knows the resources of the schedule that runs. */
export class ResourceTable {
  readonly #outsideIds = new Map<object, number>();
  #next = 1;
  #epoch = 0;
  /** Whether the schedule still runs. */
  #isOpen = false;
  readonly #borrowed = new Map<object, Borrowed>();
  /** Operations of code outside that wait, by resource: a schedule must not join them. */
  readonly #outsideWaiters = new Map<object, number>();

  /** Forgets all numbers: a new exploration begins. */
  forget(): void {
    this.#next = 1;
    this.#outsideIds.clear();
  }

  /** Begins a schedule. */
  begin(epoch: number): void {
    this.#epoch = epoch;
    this.#isOpen = true;
    if (this.#borrowed.size > 0) this.#borrowed.clear();
  }

  /** Ends it: everything that was made outside is as it was. */
  end(): void {
    this.#isOpen = false;
    if (this.#borrowed.size === 0) return;
    for (const { restore } of this.#borrowed.values()) restore();
  }

  /** What was made outside and is not as it was, if there is anything. */
  changed():
    | { readonly resource: Resource; readonly before: string; readonly after: string }
    | null {
    if (this.#borrowed.size === 0) return null;
    for (const { resource, before } of this.#borrowed.values()) {
      const after = resource.state();
      if (after !== before) return { resource, before, after };
    }
    return null;
  }

  /** The number of a resource: the same in every schedule of an exploration. */
  idOf(resource: object): number {
    const node = (resource as Resource).mark as ResourceNode | undefined;
    if (node !== undefined && node.resource === resource) return node.id;
    let id = this.#outsideIds.get(resource);
    if (id === undefined) this.#outsideIds.set(resource, id = this.#next++);
    return id;
  }

  /** Marks what `goroutine` has just made. */
  mark(goroutine: Goroutine, resource: object): ResourceNode {
    const nth = goroutine.resourceCount++;
    let node = goroutine.resources[nth];
    if (node === undefined) {
      node = { id: this.#next++, epoch: 0, resource: null };
      goroutine.resources.push(node);
    }
    node.epoch = this.#epoch;
    node.resource = resource;
    return node;
  }

  /** Whether a resource was made in this schedule. */
  isOwn(resource: object): boolean {
    const node = (resource as Resource).mark as ResourceNode | undefined;
    return node !== undefined && node.epoch === this.#epoch && node.resource === resource;
  }

  /** Makes sure that the running goroutine may do what touches more than one resource. */
  checkAll(operation: Operation<unknown>): void {
    operation.touches(this.#checkTouched);
  }

  readonly #checkTouched = (resource: object): void => {
    if (resource instanceof Resource && !this.isOwn(resource)) {
      this.borrow(resource, "select");
    }
  };

  /** Begins to use what was made outside, if it was. */
  borrow(resource: object, verb: string): void {
    if (!(resource instanceof Resource) || this.#borrowed.has(resource)) return;
    if (this.#outsideWaiters.has(resource)) {
      throw new Error(
        `Cannot ${verb}: ${resource.type}.${verb}() would join a waiter inside the run with one outside`,
      );
    }
    if (!resource.isIdle) {
      throw new Error(
        `Cannot ${verb}: the ${resource.type} was made outside the run and is in use there (${resource.state()})`,
      );
    }
    this.#borrowed.set(resource, {
      resource,
      before: resource.state(),
      restore: resource.snapshot(),
    });
  }

  /** Code outside the schedule touches a resource. */
  checkOutside(resource: object, verb: string): void {
    if (!this.#isOpen || !(resource instanceof Resource)) return;
    if (this.isOwn(resource) || this.#borrowed.has(resource)) {
      throw new Error(
        `Cannot ${verb}: ${resource.type}.${verb}() from outside the run on a resource that is in use inside it`,
      );
    }
  }

  /** A goroutine whose schedule has ended, and which something outside has woken, touches a resource. */
  checkAbandoned(resource: object, verb: string): void {
    // What its own schedule made nobody else can see.
    const isMade = resource instanceof Resource && resource.mark !== undefined;
    if (isMade && !(this.#isOpen && this.isOwn(resource))) return;
    throw new Error(`Cannot ${verb}: the goroutine belongs to a schedule that has ended`);
  }

  /** Performs what code outside asks for. */
  performOutside<R>(operation: Operation<R>): Promise<R> {
    const resources: Resource[] = [];
    const visit = (resource: object): void => {
      this.checkOutside(resource, operation.verb);
      if (resource instanceof Resource) resources.push(resource);
    };
    // A select has a resource in each case, and is none itself.
    if (operation.resource instanceof Resource) visit(operation.resource);
    else operation.touches(visit);
    if (resources.length === 0 || operation.isReady()) return eventLoop.perform(operation);
    const waiters = this.#outsideWaiters;
    for (const resource of resources) waiters.set(resource, (waiters.get(resource) ?? 0) + 1);
    const leave = (): void => {
      for (const resource of resources) {
        const left = (waiters.get(resource) ?? 1) - 1;
        if (left > 0) waiters.set(resource, left);
        else waiters.delete(resource);
      }
    };
    const promise = eventLoop.perform(operation);
    promise.then(leave, leave);
    return promise;
  }
}

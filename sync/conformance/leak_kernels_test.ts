// Go's src/runtime/goroutineleakprofile_test.go, the kernels: who is left behind, and what for. What Go finds now and then is
// found always: a schedule in which exactly these goroutines leak is searched for.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KERNELS } from "../../examples/bugs/kernels.ts";
import { explore } from "../../testing/explore.ts";
import { ScheduleError } from "../../testing/schedule_error.ts";

/** Who leaks by Go's profile, and who that is here: "Go's name [wait reason]" and our name. */
type Leaks = Readonly<Record<string, string>>;

/**
 * The id, our kernel, the leaks, and those that Go counts among these though we have other words: a Go writer waits for a
 * Mutex inside the RWMutex, behind other writers.
 */
const PROFILES: readonly (readonly [
  id: string,
  kernel: string,
  leaks: Leaks,
  others?: readonly string[],
])[] = [
  ["leakprofile:Cockroach584", "cockroach#584", {
    "Cockroach584.func2 [sync.Mutex.Lock]": "gossip",
  }],
  ["leakprofile:Cockroach1462", "cockroach#1462", {
    "(*Stopper).RunWorker.func1 [chan send]": "produce",
    "Cockroach1462.func2 [sync.WaitGroup.Wait]": "main",
  }],
  ["leakprofile:Cockroach10790", "cockroach#10790", {
    "(*Replica).beginCmds.func1 [chan receive]": "drain",
  }],
  ["leakprofile:Cockroach13197", "cockroach#13197", {
    "(*Tx).awaitDone [chan receive]": "awaitDone",
  }],
  ["leakprofile:Cockroach24808", "cockroach#24808", {
    "Cockroach24808.func2 [chan send]": "main",
  }],
  ["leakprofile:Etcd5509", "etcd#5509", { "Etcd5509.func2 [sync.RWMutex.Lock]": "main" }],
  ["leakprofile:Etcd6857", "etcd#6857", { "(*node).Status [chan send]": "ask" }],
  ["leakprofile:Etcd6873", "etcd#6873", {
    "(*watchBroadcasts).stop [chan receive]": "stop",
    "newWatchBroadcasts.func1 [sync.Mutex.Lock]": "coalesce",
  }],
  ["leakprofile:Grpc660", "grpc#660", {
    "(*benchmarkClient).doCloseLoopUnary.func1 [chan send]": "call",
  }],
  ["leakprofile:Grpc862", "grpc#862", { "DialContext.func2 [chan receive]": "resetTransport" }],
  ["leakprofile:Grpc1424", "grpc#1424", { "DialContext.func1 [chan receive]": "connect" }],
  ["leakprofile:Grpc1460", "grpc#1460", {
    "(*http2Client).keepalive [chan receive]": "keepAlive",
    "(*http2Client).NewStream [sync.Mutex.Lock]": "newStream",
  }],
  ["leakprofile:Hugo3251", "hugo#3251", {
    "Hugo3251.func2 [sync.WaitGroup.Wait]": "main",
    "Hugo3251.func2.1 [sync.Mutex.Lock]": "worker",
    "Hugo3251.func2.1 [sync.RWMutex.RLock]": "worker",
  }, ["worker [sync.RWMutex.Lock]"]],
  ["leakprofile:Kubernetes5316", "kubernetes#5316", {
    "finishRequest.func1 [chan send]": "compute",
  }],
  ["leakprofile:Kubernetes10182", "kubernetes#10182", {
    "(*statusManager).Start.func1 [sync.Mutex.Lock]": "sync",
    "(*statusManager).SetPodStatus [chan send]": "set",
  }],
  ["leakprofile:Kubernetes13135", "kubernetes#13135", {
    "Util [sync.Mutex.Lock]": "reflect",
    "(*WatchCache).Add [sync.Mutex.Lock]": "process",
  }],
  ["leakprofile:Kubernetes70277", "kubernetes#70277", {
    "Kubernetes70277.func2 [chan receive]": "main",
  }],
  ["leakprofile:Moby17176", "moby#17176", {
    "testDevmapperLockReleasedDeviceDeletion.func1 [sync.Mutex.Lock]": "next",
  }],
  // Its number in the corpus has two digits changed places.
  ["leakprofile:Moby25348", "moby#25384", { "(*Manager).init [sync.WaitGroup.Wait]": "init" }],
  ["leakprofile:Moby28462", "moby#28462", {
    "monitor [sync.Mutex.Lock]": "monitor",
    "(*Daemon).StateChanged [chan send]": "change",
  }],
  ["leakprofile:Syncthing5795", "syncthing#5795", {
    "(*rawConnection).dispatcherLoop [chan receive]": "dispatch",
    "Syncthing5795.func2 [chan receive]": "main",
  }],
];

/** How many failing schedules are looked at. */
const SEARCHES = 40;

/** Those who are left, each with its wait reason: "worker [chan receive]", sorted. */
function leftIn({ goroutines }: ScheduleError): string[] {
  return goroutines.filter(({ status }) => status !== "ended")
    .map(({ name, waitReason }) => `${name} [${waitReason}]`).sort();
}

/** Our names with Go's wait reasons, sorted. */
function expectedOf(leaks: Leaks): string[] {
  return Object.entries(leaks).map(([go, ours]) => `${ours} ${go.slice(go.lastIndexOf("["))}`)
    .sort();
}

for (const [id, name, leaks, others = []] of PROFILES) {
  Deno.test(`${name} leaks what Go's profile says (${id})`, async () => {
    const kernel = KERNELS.find((kernel) => kernel.name === name);
    assert(kernel !== undefined, name);
    const expected = [...expectedOf(leaks), ...others].sort();
    const seen: string[][] = [];
    for (let seed = 0; seed < SEARCHES; seed++) {
      const options = { ...kernel.options, seed, strategy: "random" as const };
      const error = await assertRejects(() => explore(kernel.buggy, options), ScheduleError);
      seen.push(leftIn(error));
      if (seen.at(-1)?.join() === expected.join()) break;
    }
    assertEquals(seen.at(-1), expected, `seen in ${seen.length} searches`);
    await explore(kernel.fixed, { ...kernel.options, seed: 1, schedules: 200 });
  });
}

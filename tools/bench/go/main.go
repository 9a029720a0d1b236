// The workloads of the benches in Go: `bench WORKLOAD` does one of them again and again, as cell.ts does, and prints
// nanoseconds per operation as JSON. The number of processors is that of GOMAXPROCS.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

const (
	warmUp    = 100 * time.Millisecond
	measuring = 100 * time.Millisecond
	leastRuns = 3
	longest   = 500 * time.Millisecond
)

// workload is something to do; run gives what was computed.
type workload struct {
	operations int
	expected   int
	run        func() int
}

func main() {
	name := os.Args[1]
	if name == "bytes of a parked goroutine" {
		print([]float64{bytesParked()})
		return
	}
	w, ok := workloads()[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "there is no workload %q\n", name)
		os.Exit(2)
	}
	for end := time.Now().Add(warmUp); ; {
		w.check(w.run())
		if time.Now().After(end) {
			break
		}
	}
	var figures []float64
	begin := time.Now()
	isEnough := func() bool {
		if len(figures) < leastRuns {
			return time.Since(begin) > longest
		}
		return time.Since(begin) > measuring
	}
	for len(figures) == 0 || !isEnough() {
		start := time.Now()
		given := w.run()
		figures = append(figures, float64(time.Since(start).Nanoseconds())/float64(w.operations))
		w.check(given)
	}
	print(figures)
}

func print(figures []float64) {
	text, _ := json.Marshal(map[string][]float64{"figures": figures})
	fmt.Println(string(text))
}

func (w workload) check(given int) {
	if given != w.expected {
		panic(fmt.Sprintf("did not do the work: expected %d, got %d", w.expected, given))
	}
}

func sumTo(n int) int { return n * (n - 1) / 2 }

func workloads() map[string]workload {
	const values, selects, locks, tasks, jobs, many = 10000, 2000, 10000, 100000, 20000, 10000
	all := map[string]workload{
		"unbuffered":                       {values, sumTo(values), func() int { return through(values, 0, 1) }},
		"ping-pong":                        {values, sumTo(values), func() int { return pingPong(values) }},
		"buffered(128)":                    {values, sumTo(values), func() int { return through(values, 128, 1) }},
		"buffered(128), tried first":       {values, sumTo(values), func() int { return through(values, 128, 1) }},
		"fan-in 100":                       {values, sumTo(values), func() int { return through(values, 0, 100) }},
		"Mutex free":                       {locks, locks, func() int { return mutexFree(locks) }},
		"Mutex, 100 contend":               {locks, locks, func() int { return mutexContended(locks, 100) }},
		"RWMutex, 9 of 10 read":            {locks, locks, func() int { return readMostly(locks, 100) }},
		"Semaphore 10, 100k tasks at once": {tasks, tasks, func() int { return semaphore(tasks, 10) }},
		"ErrGroup, limit 10":               {jobs, jobs, func() int { return errGroup(jobs, 10) }},
		"WaitGroup 10k":                    {many, many, func() int { return waitGroup(many) }},
		"spawn and join 100k":              {10 * many, 10 * many, func() int { return waitGroup(10 * many) }},
		"broadcast to 10k":                 {many, many, func() int { return broadcast(many) }},
		"Once, done":                       {values, 1, func() int { return once(values) }},
		"prime sieve, 400 primes":          {1, 2741, func() int { return sieve(400, 2741) }},
		"skynet 100k":                      {1, sumTo(100000), func() int { return skynet(100000) }},
		"300k parked and woken":            {300000, 300000, func() int { return parkAndWake(300000) }},
		"context: derive and cancel":       {2000, 2000, func() int { return derive(2000) }},
		"context: end a tree":              {11110, 11110, func() int { return tree(10, 4) }},
		"context: wake 100k":               {100000, 100000, func() int { return wake(100000) }},
		"timer: start and stop":            {2000, 2000, func() int { return startStop(2000) }},
		"receive or time out: waits":       {2000, 2000, func() int { return receiveOrTimeout(2000) }},
		"sleep: 100k over 20 ms":           {100000, 100000, func() int { return sleeps(100000) }},
		"ticker: 2000, 4 ticks of 5 ms":    {8000, 8000, func() int { return tickers(2000, 4, 5*time.Millisecond) }},
	}
	for _, kind := range []string{"ready", "parked"} {
		for _, cases := range []int{2, 8, 64} {
			kind, cases := kind, cases
			var channels []chan int
			for i := 0; i < cases; i++ {
				channels = append(channels, make(chan int, 1))
			}
			all["select "+strconv.Itoa(cases)+" "+kind] = workload{selects, sumTo(selects), func() int {
				if kind == "ready" {
					return selectReady(channels, selects)
				}
				return selectParked(cases, selects)
			}}
		}
	}
	return all
}

// --- channels ---

func through(values, capacity, senders int) int {
	ch := make(chan int, capacity)
	for s := 0; s < senders; s++ {
		go func(from int) {
			for i := from; i < values; i += senders {
				ch <- i
			}
		}(s)
	}
	sum := 0
	for i := 0; i < values; i++ {
		sum += <-ch
	}
	return sum
}

func pingPong(values int) int {
	there, back := make(chan int), make(chan int)
	go func() {
		for i := 0; i < values; i++ {
			back <- <-there
		}
	}()
	sum := 0
	for i := 0; i < values; i++ {
		there <- i
		sum += <-back
	}
	return sum
}

func receiveOne(ch []chan int) int {
	switch len(ch) {
	case 2:
		select {
		case v := <-ch[0]:
			return v
		case v := <-ch[1]:
			return v
		}
	case 8:
		select {
		case v := <-ch[0]:
			return v
		case v := <-ch[1]:
			return v
		case v := <-ch[2]:
			return v
		case v := <-ch[3]:
			return v
		case v := <-ch[4]:
			return v
		case v := <-ch[5]:
			return v
		case v := <-ch[6]:
			return v
		case v := <-ch[7]:
			return v
		}
	default:
		return receiveOneOf64(ch)
	}
}

func selectReady(channels []chan int, selects int) int {
	sum := 0
	for i := 0; i < selects; i++ {
		channels[i%len(channels)] <- i
		sum += receiveOne(channels)
	}
	return sum
}

func selectParked(cases, selects int) int {
	var channels []chan int
	for i := 0; i < cases; i++ {
		channels = append(channels, make(chan int))
	}
	go func() {
		for i := 0; i < selects; i++ {
			channels[i%cases] <- i
		}
	}()
	sum := 0
	for i := 0; i < selects; i++ {
		sum += receiveOne(channels)
	}
	return sum
}

// --- locks ---

func mutexFree(locks int) int {
	var mu sync.Mutex
	count := 0
	for i := 0; i < locks; i++ {
		mu.Lock()
		count++
		mu.Unlock()
	}
	return count
}

func mutexContended(locks, contenders int) int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	count := 0
	for c := 0; c < contenders; c++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < locks/contenders; i++ {
				mu.Lock()
				before := count
				runtime.Gosched()
				count = before + 1
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	return count
}

func readMostly(locks, contenders int) int {
	var mu sync.RWMutex
	var wg sync.WaitGroup
	writes := 0
	reads := make([]int, contenders)
	for c := 0; c < contenders; c++ {
		wg.Add(1)
		go func(first int) {
			defer wg.Done()
			for i := 0; i < locks/contenders; i++ {
				if (first+i)%10 == 0 {
					mu.Lock()
					before := writes
					runtime.Gosched()
					writes = before + 1
					mu.Unlock()
				} else {
					mu.RLock()
					runtime.Gosched()
					reads[first]++
					mu.RUnlock()
				}
			}
		}(c)
	}
	wg.Wait()
	for _, count := range reads {
		writes += count
	}
	return writes
}

// --- groups ---

func semaphore(tasks, permits int) int {
	tokens := make(chan struct{}, permits)
	var wg sync.WaitGroup
	var mu sync.Mutex
	count := 0
	for i := 0; i < tasks; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			tokens <- struct{}{}
			runtime.Gosched()
			mu.Lock()
			count++
			mu.Unlock()
			<-tokens
		}()
	}
	wg.Wait()
	return count
}

// errGroup is what golang.org/x/sync/errgroup does, written out, so that this needs no module.
func errGroup(jobs, limit int) int {
	tokens := make(chan struct{}, limit)
	var wg sync.WaitGroup
	var mu sync.Mutex
	count := 0
	for i := 0; i < jobs; i++ {
		tokens <- struct{}{}
		wg.Add(1)
		go func() {
			defer func() {
				<-tokens
				wg.Done()
			}()
			runtime.Gosched()
			mu.Lock()
			count++
			mu.Unlock()
		}()
	}
	wg.Wait()
	return count
}

func waitGroup(goroutines int) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	ended := 0
	for i := 0; i < goroutines; i++ {
		wg.Add(1)
		go func() {
			runtime.Gosched()
			mu.Lock()
			ended++
			mu.Unlock()
			wg.Done()
		}()
	}
	wg.Wait()
	return ended
}

func broadcast(waiters int) int {
	var gate, ended sync.WaitGroup
	var mu sync.Mutex
	gate.Add(1)
	count := 0
	for i := 0; i < waiters; i++ {
		ended.Add(1)
		go func() {
			gate.Wait()
			mu.Lock()
			count++
			mu.Unlock()
			ended.Done()
		}()
	}
	runtime.Gosched() // everybody waits by then
	gate.Done()
	ended.Wait()
	return count
}

func once(calls int) int {
	var once sync.Once
	made := 0
	for i := 0; i < calls; i++ {
		once.Do(func() { made++ })
	}
	return made
}

// --- programs ---

func sieve(primes, last int) int {
	ch := make(chan int)
	done := make(chan struct{})
	defer close(done)
	go func(out chan int) {
		for n := 2; n <= last; n++ {
			select {
			case out <- n:
			case <-done:
				return
			}
		}
	}(ch)
	prime := 0
	for i := 0; i < primes; i++ {
		prime = <-ch
		to := make(chan int)
		go func(from, to chan int, prime int) {
			for n := range from {
				if n%prime != 0 {
					to <- n
				}
			}
		}(ch, to, prime)
		ch = to
	}
	return prime
}

func skynet(leaves int) int {
	ch := make(chan int)
	go skynetNode(ch, 0, leaves)
	return <-ch
}

func skynetNode(to chan int, number, size int) {
	if size == 1 {
		to <- number
		return
	}
	ch := make(chan int)
	share := size / 10
	for i := 0; i < 10; i++ {
		go skynetNode(ch, number+i*share, share)
	}
	sum := 0
	for i := 0; i < 10; i++ {
		sum += <-ch
	}
	to <- sum
}

func parkAndWake(goroutines int) int {
	ch := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	sum := 0
	for i := 0; i < goroutines; i++ {
		wg.Add(1)
		go func() {
			v := <-ch
			mu.Lock()
			sum += v
			mu.Unlock()
			wg.Done()
		}()
	}
	runtime.Gosched() // everybody waits by then
	for i := 0; i < goroutines; i++ {
		ch <- 1
	}
	wg.Wait()
	return sum
}

func bytesParked() float64 {
	const goroutines = 300000
	ch := make(chan int)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := 0; i < goroutines; i++ {
		go func() { <-ch }()
	}
	for i := 0; i < 10; i++ {
		runtime.Gosched()
		time.Sleep(10 * time.Millisecond)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	close(ch)
	return float64(after.Sys-before.Sys) / goroutines
}

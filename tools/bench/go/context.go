package main

import (
	"context"
	"runtime"
	"sync"
	"time"
)

func derive(contexts int) int {
	parent, end := context.WithCancel(context.Background())
	defer end()
	canceled := 0
	for i := 0; i < contexts; i++ {
		ctx, cancel := context.WithCancel(parent)
		cancel()
		if ctx.Err() != nil {
			canceled++
		}
	}
	return canceled
}

func tree(width, levels int) int {
	root, end := context.WithCancel(context.Background())
	var all []context.Context
	level := []context.Context{root}
	for depth := 0; depth < levels; depth++ {
		var next []context.Context
		for _, parent := range level {
			for i := 0; i < width; i++ {
				ctx, cancel := context.WithCancel(parent)
				defer cancel()
				next = append(next, ctx)
			}
		}
		all = append(all, next...)
		level = next
	}
	end()
	count := 0
	for _, ctx := range all {
		if ctx.Err() != nil {
			count++
		}
	}
	return count
}

func wake(waiters int) int {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	var mu sync.Mutex
	woken := 0
	for i := 0; i < waiters; i++ {
		wg.Add(1)
		go func() {
			<-ctx.Done()
			mu.Lock()
			woken++
			mu.Unlock()
			wg.Done()
		}()
	}
	runtime.Gosched() // everybody waits by then
	cancel()
	wg.Wait()
	return woken
}

func startStop(timers int) int {
	stopped := 0
	for i := 0; i < timers; i++ {
		if time.AfterFunc(time.Second, func() { panic("a timer has fired that was stopped") }).Stop() {
			stopped++
		}
	}
	return stopped
}

func receiveOrTimeout(values int) int {
	ch := make(chan int)
	go func() {
		for i := 0; i < values; i++ {
			ch <- i
		}
	}()
	received := 0
	for i := 0; i < values; i++ {
		timer := time.NewTimer(time.Second)
		select {
		case <-ch:
			received++
		case <-timer.C:
		}
		timer.Stop()
	}
	return received
}

func sleeps(sleepers int) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	woken := 0
	for i := 0; i < sleepers; i++ {
		wg.Add(1)
		go func(delay time.Duration) {
			time.Sleep(delay)
			mu.Lock()
			woken++
			mu.Unlock()
			wg.Done()
		}(time.Duration(1+(i*7919)%20) * time.Millisecond)
	}
	wg.Wait()
	return woken
}

func tickers(count, ticks int, period time.Duration) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	received := 0
	for i := 0; i < count; i++ {
		wg.Add(1)
		go func() {
			ticker := time.NewTicker(period)
			for tick := 0; tick < ticks; tick++ {
				<-ticker.C
				mu.Lock()
				received++
				mu.Unlock()
			}
			ticker.Stop()
			wg.Done()
		}()
	}
	wg.Wait()
	return received
}

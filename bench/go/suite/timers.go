// Timers in great numbers, and timers that never fire. bench/gocpp/timers.gcpp is the same.
package main

import (
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	times(1_000_000, "TimerSleeping1M", sleeping)
	times(300_000, "TickerStorm", storm)
	row("TimerAfterCancel", func(b *run) {
		b.parallel(func(s *share) {
			for s.next() {
				t := time.NewTimer(time.Hour)
				check(t.Stop(), "the timer was still to fire")
			}
		})
	})
	row("TimerAfterSelect", func(b *run) {
		b.parallel(func(s *share) {
			ready := make(chan int, 1)
			for s.next() {
				ready <- 1
				select {
				case <-ready:
				case <-time.After(time.Hour):
					check(false, "an hour has passed")
				}
			}
		})
	})
	row("TimerAfterWait", afterWait)
}

// sleeping lets all sleep for a second; what counts is the processors' time for each, from its making to its end.
func sleeping(b *run) {
	b.countProcessorTime()
	var woken atomic.Int64
	var all sync.WaitGroup
	for range b.n {
		all.Add(1)
		go func() {
			time.Sleep(time.Second)
			woken.Add(1)
			all.Done()
		}()
	}
	all.Wait()
	check(woken.Load() == int64(b.n), "all woke up")
}

// storm has a thousand goroutines with a ticker of a millisecond each; what counts is the processors' time for a tick.
func storm(b *run) {
	const tickers = 1000
	b.countProcessorTime()
	var all sync.WaitGroup
	all.Add(tickers)
	for range tickers {
		go func() {
			t := time.NewTicker(time.Millisecond)
			for range b.n / tickers {
				check(!(<-t.C).IsZero(), "a tick carries the time")
			}
			t.Stop()
			all.Done()
		}()
	}
	all.Wait()
}

// afterWait is a time-out in a select in which the goroutine has to wait, so that the timer is really set and taken back.
func afterWait(b *run) {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for range b.n {
			pong <- <-ping
		}
	}()
	for range b.n {
		ping <- 1
		select {
		case <-pong:
		case <-time.After(time.Hour):
			check(false, "an hour has passed")
		}
	}
}

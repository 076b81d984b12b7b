// select: what Go's own benchmarks of its runtime (chan_test.go) measure, written afresh. bench/gocpp/select.gcpp is the same.
package main

import (
	"runtime"
	"sync"
	"sync/atomic"
)

func init() {
	row("SelectUncontended", func(b *run) {
		b.parallel(func(s *share) {
			one, two := make(chan int, 1), make(chan int, 1)
			one <- 0
			toAndFro(one, two, s)
			check(len(one)+len(two) == 1, "the value is there")
		})
	})
	row("SelectAsyncContended", func(b *run) {
		procs := runtime.GOMAXPROCS(0)
		one, two := make(chan int, procs), make(chan int, procs)
		b.parallel(func(s *share) {
			one <- 0
			toAndFro(one, two, s)
		})
		check(len(one)+len(two) == procs, "every value is there")
	})
	row("SelectSyncContended", syncContended)
	row("SelectNonblock", func(b *run) {
		never, nobody, full, room := make(chan int), make(chan int), make(chan int, 1), make(chan int, 1)
		b.parallel(func(s *share) {
			for s.next() {
				select {
				case <-never:
					check(false, "nobody sends")
				default:
				}
				select {
				case nobody <- 0:
					check(false, "nobody receives")
				default:
				}
				select {
				case <-full:
				default:
				}
				select {
				case room <- 0:
				default:
				}
			}
		})
		check(len(full) == 0 && len(room) == 1, "what was sent is there")
	})
	row("SelectProdCons", selectProdCons)
}

func toAndFro(one, two chan int, s *share) {
	for s.next() {
		select {
		case <-one:
			two <- 0
		case <-two:
			one <- 0
		}
	}
}

// syncContended has pairs of goroutines over three unbuffered channels that all pairs share.
func syncContended(b *run) {
	one, two, three := make(chan int), make(chan int), make(chan int)
	done := make(chan struct{})
	b.parallel(func(s *share) {
		go func() {
			for {
				select {
				case one <- 1:
				case two <- 1:
				case three <- 1:
				case <-done:
					return
				}
			}
		}()
		sum, times := 0, 0
		for s.next() {
			times++
			select {
			case v := <-one:
				sum += v
			case v := <-two:
				sum += v
			case v := <-three:
				sum += v
			}
		}
		check(sum == times, "every value is a sent one")
	})
	close(done)
}

// selectProdCons has as many producers and consumers as processors, each of whose operations could also be ended; with work of their own.
func selectProdCons(b *run) {
	const batch = 1000
	procs := runtime.GOMAXPROCS(0)
	batches := b.n / batch
	var left, got atomic.Int64
	left.Store(int64(batches))
	c := make(chan int, 128)
	never := make(chan struct{})
	var all sync.WaitGroup
	all.Add(2 * procs)
	for range procs {
		go func() {
			own := uint32(1)
			for left.Add(-1) >= 0 {
				for range batch {
					own = work(own, 100)
					select {
					case c <- 1:
					case <-never:
					}
				}
			}
			c <- 0
			sink.Store(own)
			all.Done()
		}()
		go func() {
			own := uint32(2)
			mine := 0
			for {
				select {
				case v := <-c:
					if v == 0 {
						got.Add(int64(mine))
						sink.Store(own)
						all.Done()
						return
					}
					mine += v
				case <-never:
				}
				own = work(own, 100)
			}
		}()
	}
	all.Wait()
	check(got.Load() == int64(batches*batch), "as many elements as were sent")
}

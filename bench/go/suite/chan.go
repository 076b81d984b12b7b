// Channels: what Go's own benchmarks of its runtime (chan_test.go) measure, written afresh. bench/gocpp/chan.gcpp is the same.
package main

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// What was made goes here, so that it is really made.
var (
	aByte     chan byte
	anInt     chan int
	aPointer  chan *int
	anEmpty   chan struct{}
	aStruct32 chan [32]byte
	aStruct40 chan [40]byte
)

func init() {
	row("MakeChan/Byte", func(b *run) {
		for range b.n {
			aByte = make(chan byte, 8)
		}
	})
	row("MakeChan/Int", func(b *run) {
		for range b.n {
			anInt = make(chan int, 8)
		}
	})
	row("MakeChan/Ptr", func(b *run) {
		for range b.n {
			aPointer = make(chan *int, 8)
		}
	})
	row("MakeChan/Struct0", func(b *run) {
		for range b.n {
			anEmpty = make(chan struct{}, 8)
		}
	})
	row("MakeChan/Struct32", func(b *run) {
		for range b.n {
			aStruct32 = make(chan [32]byte, 8)
		}
	})
	row("MakeChan/Struct40", func(b *run) {
		for range b.n {
			aStruct40 = make(chan [40]byte, 8)
		}
	})
	row("ChanCreation", func(b *run) {
		b.parallel(func(s *share) {
			for s.next() {
				c := make(chan int, 1)
				c <- 5
				check(<-c == 5, "what was sent")
			}
		})
	})
	row("ChanNonblocking", func(b *run) {
		c := make(chan int)
		b.parallel(func(s *share) {
			for s.next() {
				select {
				case <-c:
					check(false, "nobody sends")
				default:
				}
			}
		})
	})
	row("ChanUncontended", func(b *run) {
		b.parallel(func(s *share) { fillAndEmpty(make(chan int, 100), s) })
	})
	row("ChanContended", func(b *run) {
		c := make(chan int, 100*runtime.GOMAXPROCS(0))
		b.parallel(func(s *share) { fillAndEmpty(c, s) })
	})
	row("ChanSem", func(b *run) {
		tokens := make(chan struct{}, runtime.GOMAXPROCS(0))
		b.parallel(func(s *share) {
			for s.next() {
				tokens <- struct{}{}
				<-tokens
			}
		})
		check(len(tokens) == 0, "every token is back")
	})
	row("ChanClosed", func(b *run) {
		c := make(chan struct{})
		close(c)
		b.parallel(func(s *share) {
			for s.next() {
				select {
				case <-c:
				default:
					check(false, "a closed channel is ready")
				}
			}
		})
	})
	row("ReceiveDataFromClosedChan", func(b *run) {
		c := make(chan struct{}, b.n)
		for range b.n {
			c <- struct{}{}
		}
		close(c)
		b.start()
		got := 0
		for range c {
			got++
		}
		check(got == b.n, "all that was sent before the close")
	})
	row("ChanSync", func(b *run) { handOver(b, 0) })
	row("ChanSyncWork", func(b *run) { handOver(b, 100) })
	row("ChanProdCons0", func(b *run) { prodCons(b, 0, 0) })
	row("ChanProdCons10", func(b *run) { prodCons(b, 10, 0) })
	row("ChanProdCons100", func(b *run) { prodCons(b, 100, 0) })
	row("ChanProdConsWork0", func(b *run) { prodCons(b, 0, 100) })
	row("ChanProdConsWork10", func(b *run) { prodCons(b, 10, 100) })
	row("ChanProdConsWork100", func(b *run) { prodCons(b, 100, 100) })
	row("ChanPopular", popular)
}

// fillAndEmpty fills and empties the channel; the operation is a hundred of each.
func fillAndEmpty(c chan int, s *share) {
	for s.next() {
		sum := 0
		for i := range 100 {
			c <- i
		}
		for range 100 {
			sum += <-c
		}
		check(sum >= 0, "sums are of what was sent")
	}
}

// handOver lets two goroutines in turn hand a value over; the operation is one hand-over.
func handOver(b *run, amount int) {
	c := make(chan int)
	var all sync.WaitGroup
	all.Add(2)
	rounds := (b.n + 1) / 2
	go func() {
		own := uint32(1)
		for range rounds {
			c <- 1
			own = work(own, amount)
			check(<-c == 2, "the other's value")
			own = work(own, amount)
		}
		sink.Store(own)
		all.Done()
	}()
	go func() {
		own := uint32(2)
		for range rounds {
			check(<-c == 1, "the other's value")
			own = work(own, amount)
			c <- 2
			own = work(own, amount)
		}
		sink.Store(own)
		all.Done()
	}()
	all.Wait()
}

// sink takes the results of work.
var sink atomic.Uint32

// prodCons has as many producers and consumers as processors; the operation is one element.
func prodCons(b *run, capacity, amount int) {
	const batch = 1000
	procs := runtime.GOMAXPROCS(0)
	batches := b.n / batch
	var left, got atomic.Int64
	left.Store(int64(batches))
	c := make(chan int, capacity)
	var all sync.WaitGroup
	all.Add(2 * procs)
	for range procs {
		go func() {
			own := uint32(1)
			for left.Add(-1) >= 0 {
				for range batch {
					own = work(own, amount)
					c <- 1
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
				v := <-c
				if v == 0 {
					break
				}
				own = work(own, amount)
				mine += v
			}
			got.Add(int64(mine))
			sink.Store(own)
			all.Done()
		}()
	}
	all.Wait()
	check(got.Load() == int64(batches*batch), "as many elements as were sent")
}

// popular has a thousand goroutines that wait for a channel of their own and for one that they share; the operation is one round of sends.
func popular(b *run) {
	const goroutines = 1000
	shared := make(chan bool)
	var own []chan bool
	var all sync.WaitGroup
	all.Add(goroutines)
	for range goroutines {
		mine := make(chan bool)
		own = append(own, mine)
		go func() {
			for range b.n {
				select {
				case <-shared:
					check(false, "nobody sends here")
				case <-mine:
				}
			}
			all.Done()
		}()
	}
	b.start()
	for range b.n {
		for _, c := range own {
			c <- true
		}
	}
	all.Wait()
}

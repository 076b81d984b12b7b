// Locks and what waits for many, as Go's own benchmarks of its sync package measure them. bench/gocpp/sync.gcpp is the same.
package main

import (
	"sync"
	"sync/atomic"
)

// padded is one goroutine's own, on cache lines of its own.
type padded[T any] struct {
	_  [128]byte
	it T
	_  [128]byte
}

func init() {
	row("MutexUncontended", func(b *run) {
		b.parallel(func(s *share) {
			m := new(padded[sync.Mutex])
			for s.next() {
				m.it.Lock()
				m.it.Unlock()
			}
		})
	})
	row("Mutex", func(b *run) { mutex(b, 0) })
	row("MutexWork", func(b *run) { mutex(b, 100) })
	row("RWMutexUncontended", func(b *run) {
		b.parallel(func(s *share) {
			m := new(padded[sync.RWMutex])
			for s.next() {
				m.it.RLock()
				m.it.RLock()
				m.it.RUnlock()
				m.it.RUnlock()
				m.it.Lock()
				m.it.Unlock()
			}
		})
	})
	row("RWMutexWrite100", func(b *run) { rwMutex(b, 100, 0) })
	row("RWMutexWrite10", func(b *run) { rwMutex(b, 10, 0) })
	row("RWMutexWorkWrite100", func(b *run) { rwMutex(b, 100, 100) })
	row("WaitGroupUncontended", func(b *run) {
		b.parallel(func(s *share) {
			g := new(padded[sync.WaitGroup])
			for s.next() {
				g.it.Add(1)
				g.it.Done()
				g.it.Wait()
			}
		})
	})
	row("WaitGroupAddDone", func(b *run) {
		var g sync.WaitGroup
		b.parallel(func(s *share) {
			for s.next() {
				g.Add(1)
				g.Done()
			}
		})
		g.Wait()
	})
	row("WaitGroupActuallyWait", func(b *run) {
		b.parallel(func(s *share) {
			for s.next() {
				var g sync.WaitGroup
				g.Add(1)
				go func() { g.Done() }()
				g.Wait()
			}
		})
	})
	row("Once", func(b *run) {
		var once sync.Once
		var calls atomic.Int32
		b.parallel(func(s *share) {
			for s.next() {
				once.Do(func() { calls.Add(1) })
			}
		})
		check(calls.Load() == 1, "called once")
	})
}

// mutex: all lock the same one, with an amount of work between.
func mutex(b *run, amount int) {
	type counter struct {
		m     sync.Mutex
		count int
	}
	shared := new(padded[counter])
	b.parallel(func(s *share) {
		own := uint32(1)
		for s.next() {
			shared.it.m.Lock()
			shared.it.count++
			shared.it.m.Unlock()
			own = work(own, amount)
		}
		sink.Store(own)
	})
	check(shared.it.count == b.n, "no step of the count is lost")
}

// rwMutex: all share one; every ratio-th operation writes, with an amount of work inside.
func rwMutex(b *run, ratio, amount int) {
	type counter struct {
		m     sync.RWMutex
		count atomic.Int64
	}
	shared := new(padded[counter])
	var expected atomic.Int64
	b.parallel(func(s *share) {
		own := uint32(1)
		mine := 0
		for i := 1; s.next(); i++ {
			if i%ratio == 0 {
				shared.it.m.Lock()
				shared.it.count.Store(shared.it.count.Load() + 1)
				mine++
				own = work(own, amount)
				shared.it.m.Unlock()
			} else {
				shared.it.m.RLock()
				own = work(own+uint32(shared.it.count.Load()), amount)
				shared.it.m.RUnlock()
			}
		}
		expected.Add(int64(mine))
		sink.Store(own)
	})
	check(shared.it.count.Load() == expected.Load(), "no write is lost")
}

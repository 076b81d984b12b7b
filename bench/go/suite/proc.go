// The scheduler: what Go's own benchmarks of its runtime (proc_test.go) measure, written afresh. bench/gocpp/proc.gcpp is the same.
package main

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func init() {
	row("Yield", yielding)
	onProcs(1, "Yield/P1", yielding)
	row("PingPong", pingPong)
	onProcs(1, "PingPong/P1", pingPong)
	onProcs(1, "PingPongHog", pingPongHog)
	row("CreateGoroutines", func(b *run) { createChains(b, 1) })
	row("CreateGoroutinesParallel", func(b *run) { createChains(b, runtime.GOMAXPROCS(0)) })
	row("CreateGoroutinesCapture", createCapture)
	row("CreateGoroutinesSingle", createSingle)
	for _, micros := range []time.Duration{0, 1, 2, 5, 10, 20, 50, 100} {
		d := micros * time.Microsecond
		row(fmt.Sprintf("WakeupParallelSpinning/%dus", micros), func(b *run) { wakeup(b, d, spin) })
		row(fmt.Sprintf("WakeupParallelSyscall/%dus", micros), func(b *run) { wakeup(b, d, inSyscall) })
	}
	row("Matmult", matmult)
}

// yielding lets two goroutines a processor yield; the operation is one yield.
func yielding(b *run) {
	goroutines := 2 * runtime.GOMAXPROCS(0)
	each := b.n/goroutines + 1
	var yields atomic.Int64
	var all sync.WaitGroup
	all.Add(goroutines)
	for range goroutines {
		go func() {
			for range each {
				runtime.Gosched()
			}
			yields.Add(int64(each))
			all.Done()
		}()
	}
	all.Wait()
	check(yields.Load() == int64(each*goroutines), "every goroutine ended")
}

// pingPong sends a value to another goroutine and gets it back; the operation is the round trip.
func pingPong(b *run) {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v + 1
		}
		close(pong)
	}()
	v := 0
	for range b.n {
		ping <- v
		v = <-pong
	}
	close(ping)
	check(v == b.n, "each round adds one")
}

// pingPongHog does the same on one processor, beside a goroutine that never waits.
func pingPongHog(b *run) {
	stop := make(chan struct{})
	var hog sync.WaitGroup
	hog.Add(1)
	go func() {
		defer hog.Done()
		for {
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	b.start()
	pingPong(b)
	b.stop()
	close(stop)
	hog.Wait()
}

func chain(end chan bool, n int) {
	if n == 0 {
		end <- true
		return
	}
	go chain(end, n-1)
}

func createChains(b *run, chains int) {
	end := make(chan bool)
	for range chains {
		go chain(end, b.n/chains)
	}
	for range chains {
		check(<-end, "the chain's end")
	}
}

// createCapture makes four goroutines that capture a variable each; the operation is the four and the wait for them.
func createCapture(b *run) {
	for range b.n {
		const goroutines = 4
		var all sync.WaitGroup
		all.Add(goroutines)
		for g := range goroutines {
			go func() {
				check(g < goroutines, "what was captured")
				all.Done()
			}()
		}
		all.Wait()
	}
}

// createSingle makes all from one goroutine.
func createSingle(b *run) {
	var all sync.WaitGroup
	all.Add(b.n)
	for range b.n {
		go func() { all.Done() }()
	}
	all.Wait()
}

func spin(d time.Duration) {
	end := time.Now().Add(d)
	for time.Now().Before(end) {
	}
}

func inSyscall(d time.Duration) {
	if d > 0 {
		t := syscall.NsecToTimespec(int64(d))
		syscall.Nanosleep(&t, nil)
	}
}

// wakeup lets two goroutines be sender and receiver in turn. The receiver passes the time for d, then receives; the sender passes it for
// 5 microseconds more, so that the receiver waits, then sends. Each is both once in an operation.
func wakeup(b *run, d time.Duration, pass func(time.Duration)) {
	receivers, senders := d, d+5*time.Microsecond
	ping, pong := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Add(2)
	go func() {
		for range b.n {
			pass(senders)
			ping <- struct{}{}
			pass(receivers)
			<-pong
		}
		all.Done()
	}()
	go func() {
		for range b.n {
			pass(receivers)
			<-ping
			pass(senders)
			pong <- struct{}{}
		}
		all.Done()
	}()
	all.Wait()
}

type matrix [][]float64

func newMatrix(size int) matrix {
	m := make(matrix, size)
	for i := range m {
		m[i] = make([]float64, size)
	}
	return m
}

type span struct{ from, to int }

func (r span) size() int    { return r.to - r.from }
func (r span) first() span  { return span{r.from, r.from + r.size()/2} }
func (r span) second() span { return span{r.from + r.size()/2, r.to} }

// multiply adds A * B to C, the largest dimension halved until parts are small; halves that write different parts of C run at once.
func multiply(A, B, C matrix, i, j, k span) {
	const small = 8
	switch {
	case i.size() >= j.size() && i.size() >= k.size() && i.size() >= small:
		both(A, B, C, i.first(), j, i.second(), j, k)
	case j.size() >= k.size() && j.size() >= small:
		both(A, B, C, i, j.first(), i, j.second(), k)
	case k.size() >= small:
		multiply(A, B, C, i, j, k.first())
		multiply(A, B, C, i, j, k.second())
	default:
		for x := i.from; x < i.to; x++ {
			for y := j.from; y < j.to; y++ {
				for z := k.from; z < k.to; z++ {
					C[x][y] += A[x][z] * B[z][y]
				}
			}
		}
	}
}

func both(A, B, C matrix, i2, j2, i3, j3, k span) {
	done := make(chan struct{}, 1)
	go func() {
		multiply(A, B, C, i2, j2, k)
		done <- struct{}{}
	}()
	multiply(A, B, C, i3, j3, k)
	<-done
}

// matmult: the operation is about one of the n multiplications of a product of matrices.
func matmult(b *run) {
	size := int(math.Cbrt(float64(b.n))) + 1
	A, B, C := newMatrix(size), newMatrix(size), newMatrix(size)
	for x := range size {
		for y := range size {
			A[x][y] = float64(x + y)
		}
		B[x][x] = 2
	}
	b.start()
	multiply(A, B, C, span{0, size}, span{0, size}, span{0, size})
	b.stop()
	for x := range size {
		check(C[x][size-1-x] == 2*float64(size-1), "the product")
	}
}

// Runs one row: suite NAME SECONDS prints nanoseconds per operation and how many there were. suite --list names the rows.
//
// bench/gocpp/harness.h is the same for gocpp and says what rows are.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// run is one call of a row's function.
type run struct {
	n       int
	cpu     bool
	begun   time.Duration
	took    time.Duration
	stopped bool
}

var began = time.Now()

func (b *run) now() time.Duration {
	if !b.cpu {
		return time.Since(began)
	}
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// countProcessorTime takes the processors' time instead, of all threads, from here on: for a row that mostly waits for the clock.
func (b *run) countProcessorTime() {
	b.cpu = true
	b.start()
}

// start begins the time anew: what came before was setting up.
func (b *run) start() { b.begun = b.now() }

// stop ends the time: what follows is clearing up.
func (b *run) stop() {
	if !b.stopped {
		b.took = b.now() - b.begun
	}
	b.stopped = true
}

// check ends the program unless it holds.
func check(holds bool, what string) {
	if !holds {
		fmt.Fprintln(os.Stderr, "wrong:", what)
		os.Exit(1)
	}
}

// share is the n operations that goroutines share: each takes some at a time.
type share struct {
	taken    *atomic.Int64
	n, grain int
	left     int
}

func (s *share) next() bool {
	if s.left == 0 {
		from := int(s.taken.Add(int64(s.grain))) - s.grain
		if from >= s.n {
			return false
		}
		s.left = min(s.grain, s.n-from)
	}
	s.left--
	return true
}

// parallel calls body in GOMAXPROCS goroutines and waits for them.
func (b *run) parallel(body func(s *share)) {
	procs := runtime.GOMAXPROCS(0)
	grain := max(1, min(1000, b.n/(procs*16)))
	var taken atomic.Int64
	var all sync.WaitGroup
	all.Add(procs)
	for range procs {
		go func() {
			defer all.Done()
			body(&share{taken: &taken, n: b.n, grain: grain})
		}()
	}
	all.Wait()
}

type entry struct {
	name     string
	function func(b *run)
	procs    int
	n        int
}

var rows []entry

// row puts a row on the list; onProcs one that always has that GOMAXPROCS, times one that always has that n.
func row(name string, function func(b *run)) { rows = append(rows, entry{name, function, 0, 0}) }

func onProcs(procs int, name string, function func(b *run)) {
	rows = append(rows, entry{name, function, procs, 0})
}

func times(n int, name string, function func(b *run)) {
	rows = append(rows, entry{name, function, 0, n})
}

// work is a little work of the goroutine's own: times multiplications.
func work(x uint32, times int) uint32 {
	for range times {
		x = x*1664525 + 1013904223
	}
	return x
}

func measure(e entry, seconds float64) {
	if e.procs != 0 {
		runtime.GOMAXPROCS(e.procs)
	}
	for n := max(1, e.n); ; {
		runtime.GC()
		b := run{n: n}
		b.start()
		e.function(&b)
		b.stop()
		took := b.took.Seconds()
		if took >= seconds || e.n != 0 || n >= 2_000_000_000 {
			fmt.Printf("%.4f %d\n", took*1e9/float64(n), n)
			return
		}
		wanted := float64(n) * 1.2 * seconds / max(took, 1e-9)
		n = int(max(float64(n)+1, min(float64(n)*100, wanted)))
	}
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--list" {
		for _, e := range rows {
			fmt.Println(e.name)
		}
		return
	}
	if len(os.Args) == 3 {
		seconds, err := strconv.ParseFloat(os.Args[2], 64)
		for _, e := range rows {
			if err == nil && e.name == os.Args[1] {
				measure(e, seconds)
				return
			}
		}
	}
	fmt.Fprintln(os.Stderr, "usage: suite --list | suite NAME SECONDS")
	os.Exit(2)
}

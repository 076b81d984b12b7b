// Whole programs that live from goroutines and channels; the operation is one run. bench/gocpp/programs.gcpp has the same in C++.
package main

import (
	"math"
	"runtime"
	"sync"
)

func init() {
	row("Skynet1M", repeat(func() {
		out := make(chan int)
		go skynet(out, 0, 1_000_000)
		check(<-out == 499_999_500_000, "the sum of the leaves")
	}))
	row("Fib25", repeat(func() {
		out := make(chan int)
		go fib(out, 25)
		check(<-out == 75_025, "fib(25)")
	}))
	row("PrimeSieve5000", repeat(sieve))
	row("Quicksort10M", repeat(sortMany))
	row("Mandelbrot1000", repeat(mandelbrot))
	row("Pipeline100", repeat(pipeline))
	row("ThreadRing503", repeat(ring))
	row("Chameneos", repeat(chameneos))
	row("SpectralNorm1000", repeat(spectralNorm))
	row("BinaryTrees14", repeat(binaryTrees))
	row("NBody1000", repeat(nBody))
}

func repeat(program func()) func(b *run) {
	return func(b *run) {
		for range b.n {
			program()
		}
	}
}

// skynet is a tree of goroutines, ten below each, a million leaves, whose numbers are added up on the way back.
func skynet(out chan int, number, size int) {
	if size == 1 {
		out <- number
		return
	}
	below := make(chan int)
	for i := range 10 {
		go skynet(below, number+i*(size/10), size/10)
	}
	sum := 0
	for range 10 {
		sum += <-below
	}
	out <- sum
}

// fib has a goroutine for each call.
func fib(out chan int, n int) {
	if n < 2 {
		out <- n
		return
	}
	below := make(chan int)
	go fib(below, n-1)
	go fib(below, n-2)
	first := <-below
	second := <-below
	out <- first + second
}

// sieve has a goroutine for each prime, which lets through what it does not divide.
func sieve() {
	in := make(chan int)
	go func(out chan int) {
		for i := 2; i <= 5000; i++ {
			out <- i
		}
		close(out)
	}(in)
	sum := 0
	for {
		prime, more := <-in
		if !more {
			break
		}
		sum += prime
		out := make(chan int)
		go func(in, out chan int) {
			for i := range in {
				if i%prime != 0 {
					out <- i
				}
			}
			close(out)
		}(in, out)
		in = out
	}
	check(sum == 1_548_136, "the sum of the primes up to 5,000")
}

func insertionSort(a []int32) {
	for i := 1; i < len(a); i++ {
		x := a[i]
		j := i
		for ; j > 0 && a[j-1] > x; j-- {
			a[j] = a[j-1]
		}
		a[j] = x
	}
}

// quicksort gives the larger half to another goroutine.
func quicksort(a []int32, all *sync.WaitGroup) {
	for len(a) > 16 {
		n := len(a)
		first, middle, last := a[0], a[n/2], a[n-1]
		pivot := max(min(first, middle), min(max(first, middle), last))
		i, j := 0, n-1
		for i <= j {
			for a[i] < pivot {
				i++
			}
			for a[j] > pivot {
				j--
			}
			if i <= j {
				a[i], a[j] = a[j], a[i]
				i++
				j--
			}
		}
		// a[:j+1] and a[i:] are left: the larger part is somebody else's, or ours after the smaller.
		small, large := a[:j+1], a[i:]
		if len(small) > len(large) {
			small, large = large, small
		}
		if len(large) > 2000 {
			all.Add(1)
			go func() {
				quicksort(large, all)
				all.Done()
			}()
			a = small
		} else {
			quicksort(small, all)
			a = large
		}
	}
	insertionSort(a)
}

func sortMany() {
	a := make([]int32, 10_000_000)
	x := uint32(1)
	before, after := 0, 0
	for i := range a {
		x = x*1664525 + 1013904223
		a[i] = int32(x >> 1)
		before += int(a[i])
	}
	var all sync.WaitGroup
	quicksort(a, &all)
	all.Wait()
	sorted := true
	for i, v := range a {
		after += int(v)
		sorted = sorted && (i == 0 || a[i-1] <= v)
	}
	check(sorted && before == after, "sorted, and the same numbers")
}

func mandelbrotLine(y, size int) int {
	inside := 0
	for x := range size {
		cr, ci := 2*float64(x)/float64(size)-1.5, 2*float64(y)/float64(size)-1
		r, i := 0.0, 0.0
		left := 50
		for ; left > 0 && r*r+i*i <= 4; left-- {
			r, i = r*r-i*i+cr, 2*r*i+ci
		}
		if left == 0 {
			inside++
		}
	}
	return inside
}

// mandelbrot has a goroutine for each line of 1,000.
func mandelbrot() {
	lines := make(chan int, 16)
	for y := range 1000 {
		go func() { lines <- mandelbrotLine(y, 1000) }()
	}
	inside := 0
	for range 1000 {
		inside += <-lines
	}
	check(inside == 397_380, "the points inside")
}

// pipeline has a hundred stages, each of which adds one to ten thousand values.
func pipeline() {
	first := make(chan int)
	in := first
	for range 100 {
		out := make(chan int)
		go func(in chan int) {
			for v := range in {
				out <- v + 1
			}
			close(out)
		}(in)
		in = out
	}
	go func() {
		for v := range 10_000 {
			first <- v
		}
		close(first)
	}()
	sum := 0
	for v := range in {
		sum += v
	}
	check(sum == 50_995_000, "each value plus 100")
}

// ring has 503 goroutines in which one token goes round half a million times a hop.
func ring() {
	const members, hops = 503, 500_000
	var all [members]chan int
	for k := range all {
		all[k] = make(chan int)
	}
	end := make(chan int)
	for k := range all {
		in, out := all[k], all[(k+1)%members]
		go func() {
			for token := range in {
				if token == 0 {
					end <- k + 1
					return
				}
				out <- token - 1
			}
		}()
	}
	all[0] <- hops
	check(<-end == hops%members+1, "who has the token at the end")
	for _, c := range all {
		close(c)
	}
}

type meeting struct{ other, colour int }

func complement(a, b int) int {
	if a == b {
		return a
	}
	return 3 - a - b
}

type place struct {
	lock  sync.Mutex
	left  int
	waits chan meeting
	first meeting
}

// meet waits for another creature; false when there are no more meetings.
func (p *place) meet(me meeting, mine chan meeting) (meeting, bool) {
	p.lock.Lock()
	if p.left == 0 {
		p.lock.Unlock()
		return meeting{}, false
	}
	if p.waits != nil {
		first, to := p.first, p.waits
		p.waits = nil
		p.left--
		p.lock.Unlock()
		to <- me
		return first, true
	}
	p.waits, p.first = mine, me
	p.lock.Unlock()
	return <-mine, true
}

// chameneos are ten creatures that meet by twos, and take the colour that is not theirs nor the other's.
func chameneos() {
	const meetings = 200_000
	p := &place{left: meetings}
	met := make(chan int, 10)
	for number, colour := range []int{0, 1, 2, 1, 2, 0, 1, 2, 1, 0} {
		go func() {
			mine := make(chan meeting, 1)
			count := 0
			for {
				other, ok := p.meet(meeting{number, colour}, mine)
				if !ok {
					break
				}
				check(other.other != number, "nobody meets itself")
				colour = complement(colour, other.colour)
				count++
			}
			met <- count
		}()
	}
	sum := 0
	for range 10 {
		sum += <-met
	}
	check(sum == 2*meetings, "two creatures at each meeting")
}

func element(i, j int32) float64 { return 1 / float64((i+j)*(i+j+1)/2+i+1) }

// multiplyVector multiplies by the matrix, or the transposed one, in as many parts as processors.
func multiplyVector(transposed bool, v, out []float64) {
	parts := runtime.GOMAXPROCS(0)
	var all sync.WaitGroup
	all.Add(parts)
	for p := range parts {
		from, to := len(v)*p/parts, len(v)*(p+1)/parts
		go func() {
			for i := from; i < to; i++ {
				sum := 0.0
				if transposed {
					for j, x := range v {
						sum += element(int32(j), int32(i)) * x
					}
				} else {
					for j, x := range v {
						sum += element(int32(i), int32(j)) * x
					}
				}
				out[i] = sum
			}
			all.Done()
		}()
	}
	all.Wait()
}

// spectralNorm is of a matrix of 1,000 by 1,000.
func spectralNorm() {
	u, v, t := make([]float64, 1000), make([]float64, 1000), make([]float64, 1000)
	for i := range u {
		u[i] = 1
	}
	for range 10 {
		multiplyVector(false, u, t)
		multiplyVector(true, t, v)
		multiplyVector(false, v, t)
		multiplyVector(true, t, u)
	}
	uv, vv := 0.0, 0.0
	for i := range u {
		uv += u[i] * v[i]
		vv += v[i] * v[i]
	}
	norm := uv / vv // the square of the norm
	check(norm > 1.274224*1.274224 && norm < 1.274225*1.274225, "the norm")
}

type tree struct{ left, right *tree }

func (t *tree) count() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

// binaryTrees: each depth's trees are made, counted and freed by goroutines of their own.
func binaryTrees() {
	const least, most = 4, 14
	longLived := grow(most)
	counts := make(chan int, most)
	depths := 0
	for depth := least; depth <= most; depth += 2 {
		depths++
		go func() {
			nodes := 0
			for range 1 << (most - depth + least) {
				nodes += grow(depth).count()
			}
			counts <- nodes
		}()
	}
	sum := longLived.count()
	for range depths {
		sum += <-counts
	}
	check(sum == 32_767+6*524_288-21_840, "the nodes of all trees")
}

type body struct{ x, y, z, vx, vy, vz, mass float64 }

// nBody has bodies that attract each other: at each step goroutines compute the forces on a part of them.
func nBody() {
	const count, steps, step = 1000, 10, 0.001
	bodies := make([]body, count)
	for i := range bodies {
		bodies[i] = body{x: float64(i % 10), y: float64(i / 10 % 10), z: float64(i / 100), mass: 1}
	}
	parts := 4 * runtime.GOMAXPROCS(0)
	for range steps {
		var all sync.WaitGroup
		all.Add(parts)
		for p := range parts {
			from, to := count*p/parts, count*(p+1)/parts
			go func() {
				for i := from; i < to; i++ {
					me := &bodies[i]
					ax, ay, az := 0.0, 0.0, 0.0
					for k := range bodies {
						other := &bodies[k]
						dx, dy, dz := other.x-me.x, other.y-me.y, other.z-me.z
						d2 := dx*dx + dy*dy + dz*dz + 0.01
						f := other.mass / (d2 * math.Sqrt(d2))
						ax += dx * f
						ay += dy * f
						az += dz * f
					}
					me.vx += ax * step
					me.vy += ay * step
					me.vz += az * step
				}
				all.Done()
			}()
		}
		all.Wait()
		for i := range bodies {
			me := &bodies[i]
			me.x += me.vx * step
			me.y += me.vy * step
			me.z += me.vz * step
		}
	}
	px, speed := 0.0, 0.0
	for i := range bodies {
		px += bodies[i].vx
		speed += bodies[i].vx * bodies[i].vx
	}
	check(math.Abs(px) < 1e-9 && speed > 0, "what one body gains the others lose")
}

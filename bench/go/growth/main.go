// How cost grows with the number of goroutines: growth spawn|channel|timer COUNT prints nanoseconds for each.
//
// bench/gocpp/programs/growth.gcpp is the same for gocpp, and says what is done.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func spawn(count int) time.Duration {
	begun := time.Now()
	var all sync.WaitGroup
	all.Add(count)
	for range count {
		go func() { all.Done() }()
	}
	all.Wait()
	return time.Since(begun)
}

func channel(count int) time.Duration {
	const rounds = 10
	own := make([]chan int, count)
	var all sync.WaitGroup
	all.Add(count)
	for i := range own {
		c := make(chan int)
		own[i] = c
		go func() {
			sum := 0
			for v := range c {
				sum += v
			}
			if sum != rounds {
				panic("wrong sum")
			}
			all.Done()
		}()
	}
	for _, c := range own {
		c <- 0 // every goroutine has run
	}
	begun := time.Now()
	for range rounds {
		for _, c := range own {
			c <- 1
		}
	}
	took := time.Since(begun)
	for _, c := range own {
		close(c)
	}
	all.Wait()
	return took / rounds
}

func processorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func timer(count int) time.Duration {
	begun := processorTime()
	var all sync.WaitGroup
	all.Add(count)
	for range count {
		go func() {
			time.Sleep(500 * time.Millisecond)
			all.Done()
		}()
	}
	all.Wait()
	return processorTime() - begun
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: growth spawn|channel|timer COUNT")
		os.Exit(2)
	}
	count, _ := strconv.Atoi(os.Args[2])
	what := map[string]func(int) time.Duration{"spawn": spawn, "channel": channel, "timer": timer}[os.Args[1]]
	fmt.Printf("%.1f\n", float64(what(count).Nanoseconds())/float64(count))
}

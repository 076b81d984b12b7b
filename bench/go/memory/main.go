// What goroutines cost in memory, and idle ones in processor time: memory blocked|burst|churn|idle COUNT.
//
// bench/gocpp/programs/memory.gcpp is the same for gocpp, and says what the figures are.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// status is a figure of /proc/self/status, in bytes.
func status(name string) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == name+":" {
			kib, _ := strconv.ParseFloat(f[1], 64)
			return kib * 1024
		}
	}
	return 0
}

func taken() float64 { return status("VmRSS") + status("VmPTE") }

func processorSeconds() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// block makes count goroutines that wait for end, and returns when all do.
func block(count int, end chan struct{}, all *sync.WaitGroup) {
	ready := make(chan struct{}, 1000)
	all.Add(count)
	go func() {
		for range count {
			go func() {
				ready <- struct{}{}
				<-end
				all.Done()
			}()
		}
	}()
	for range count {
		<-ready
	}
}

func churn(count int) float64 {
	room := make(chan struct{}, 100)
	var all sync.WaitGroup
	all.Add(count)
	for range count {
		room <- struct{}{}
		go func() {
			<-room
			all.Done()
		}()
	}
	all.Wait()
	return status("VmHWM")
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: memory blocked|churn|burst|idle COUNT")
		os.Exit(2)
	}
	count, _ := strconv.Atoi(os.Args[2])
	if os.Args[1] == "churn" {
		fmt.Printf("%.0f\n", churn(count))
		return
	}
	end := make(chan struct{})
	var all sync.WaitGroup
	before := taken()
	block(count, end, &all)
	used := taken() - before
	switch os.Args[1] {
	case "blocked":
		fmt.Printf("%.0f\n", used/float64(count))
	case "burst":
		close(end)
		all.Wait()
		time.Sleep(time.Second)
		fmt.Printf("%.3f\n", (taken()-before)/used)
	default:
		begun := processorSeconds()
		time.Sleep(3 * time.Second)
		fmt.Printf("%.4f\n", processorSeconds()-begun)
	}
}

// What the rows of the suite are made of, gocpp's side; bench/go/harness.go is the same for Go.
//
// A row is a function that does its operation `n` times. The program runs one row: it raises n until the row takes as long
// as it was told, and prints nanoseconds per operation and n. What a row computes it checks, so that nothing can be
// optimised away; a wrong result ends the program with status 1.
#pragma once

#include <gocpp/gocpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <time.h>

namespace bench {

/// One call of a row's function.
class run {
 public:
  explicit run(long n) : n(n) { start(); }

  const long n;

  /// Begins the time anew: what came before was setting up.
  void start() { begun_ = now(); }
  /// Ends the time: what follows is clearing up.
  void stop() {
    if (!stopped_) took_ = now() - begun_;
    stopped_ = true;
  }
  /// Takes the processors' time instead, of all threads, from here on: for a row that mostly waits for the clock.
  void count_processor_time() {
    clock_ = CLOCK_PROCESS_CPUTIME_ID;
    start();
  }
  double seconds() {
    stop();
    return took_;
  }

  /// Ends the program unless it holds.
  static void check(bool holds, const char* what);

  /// The n operations that goroutines share: each takes some at a time.
  class share {
   public:
    share(std::atomic<long>& taken, long n, long grain) : taken_(taken), n_(n), grain_(grain) {}
    bool next() {
      if (left_ == 0) {
        // relaxed: only the count is shared.
        long from = taken_.fetch_add(grain_, std::memory_order_relaxed);
        if (from >= n_) return false;
        left_ = std::min(grain_, n_ - from);
      }
      --left_;
      return true;
    }

   private:
    std::atomic<long>& taken_;
    const long n_, grain_;
    long left_ = 0;
  };

  /// Calls `body(share)` in GOMAXPROCS goroutines and waits for them.
  template <class F> void parallel(F body) {
    int procs = gocpp::gomaxprocs(0);
    long grain = std::clamp(n / (procs * 16L), 1L, 1000L);
    std::atomic<long> taken{0};
    gocpp::wait_group all;
    for (int p = 0; p < procs; ++p)
      all.go([&, grain] {
        share mine(taken, n, grain);
        body(mine);
      });
    all.wait();
  }

 private:
  double now() const {
    timespec t;
    clock_gettime(clock_, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  }

  clockid_t clock_ = CLOCK_MONOTONIC;
  double begun_ = 0;
  double took_ = 0;
  bool stopped_ = false;
};

/// Puts a row on the list. `procs` other than 0 is the GOMAXPROCS that the row always has, `n` other than 0 its only n.
struct row {
  row(const char* name, void (*function)(run&), int procs = 0, long n = 0);
};

/// Makes the compiler believe that the value is used.
template <class T> void keep(const T& value) { asm volatile("" : : "g"(&value) : "memory"); }

/// A little work of the goroutine's own, which nothing can leave out: `times` multiplications.
inline unsigned work(unsigned x, int times) {
  for (int i = 0; i < times; ++i) {
    x = x * 1664525 + 1013904223;
    asm volatile("" : "+r"(x));
  }
  return x;
}

} // namespace bench

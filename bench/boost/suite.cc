// The rows that Boost.Fiber has an idiom for, with its work-stealing scheduler on GOMAXPROCS threads that do not sleep,
// and stacks of 16 KiB. suite NAME SECONDS prints nanoseconds per operation and their number, as bench/gocpp/main.gcpp
// says.
//
// Left out is what it has not: select, timers that are channels, unbuffered channels without a rendezvous object of
// their own to make, and programs with a million stacks alive. Capacities of its channels are powers of two: 16 stands
// for 10, 128 for 100.
#include <boost/fiber/all.hpp>
#include <boost/fiber/algo/work_stealing.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

namespace fibers = boost::fibers;

namespace {

int procs = 2;

using Stacks = boost::context::fixedsize_stack;

void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "wrong: %s\n", what);
  std::_Exit(1);
}

template <class F> fibers::fiber start(F f) {
  return fibers::fiber(fibers::launch::post, std::allocator_arg, Stacks(16 * 1024), std::move(f));
}
template <class F> void detached(F f) { start(std::move(f)).detach(); }

/// Calls `f(n)` in as many fibers as threads, n shared out evenly, and waits.
template <class F> void parallel(long n, F f) {
  std::vector<fibers::fiber> all;
  for (int p = 0; p < procs; ++p) all.push_back(start([=] { f(n / procs + (p < n % procs)); }));
  for (auto& one : all) one.join();
}

unsigned work(unsigned x, int times) {
  for (int i = 0; i < times; ++i) {
    x = x * 1664525 + 1013904223;
    asm volatile("" : "+r"(x));
  }
  return x;
}

void yielding(long n) {
  std::vector<fibers::fiber> all;
  for (int g = 0; g < 2 * procs; ++g)
    all.push_back(start([n] {
      for (long i = 0; i < n / (2 * procs) + 1; ++i) boost::this_fiber::yield();
    }));
  for (auto& one : all) one.join();
}

void ping_pong(long n) {
  fibers::unbuffered_channel<long> ping, pong;
  auto other = start([&] {
    for (long v : ping) pong.push(v + 1);
  });
  long v = 0;
  for (long i = 0; i < n; ++i) {
    ping.push(v);
    v = pong.value_pop();
  }
  ping.close();
  other.join();
  check(v == n, "each round adds one");
}

template <int Times> void sync(long n) {
  fibers::unbuffered_channel<int> there, back;
  long rounds = (n + 1) / 2;
  auto one = start([&] {
    unsigned own = 1;
    for (long i = 0; i < rounds; ++i) {
      there.push(1);
      own = work(own, Times);
      check(back.value_pop() == 2, "the other's value");
      own = work(own, Times);
    }
  });
  auto two = start([&] {
    unsigned own = 2;
    for (long i = 0; i < rounds; ++i) {
      check(there.value_pop() == 1, "the other's value");
      own = work(own, Times);
      back.push(2);
      own = work(own, Times);
    }
  });
  one.join(), two.join();
}

template <class Channel, int Times> void prod_cons_over(Channel& c, long n) {
  std::vector<fibers::fiber> producers, consumers;
  std::atomic<long> got{0};
  long each = n / procs;
  for (int p = 0; p < procs; ++p) {
    producers.push_back(start([&c, each] {
      unsigned own = 1;
      for (long i = 0; i < each; ++i) {
        own = work(own, Times);
        c.push(1);
      }
    }));
    consumers.push_back(start([&] {
      unsigned own = 2;
      long mine = 0;
      for (int v; c.pop(v) == fibers::channel_op_status::success;) {
        own = work(own, Times);
        mine += v;
      }
      got.fetch_add(mine, std::memory_order_relaxed);  // the joins order it before the check
    }));
  }
  for (auto& one : producers) one.join();
  c.close();
  for (auto& one : consumers) one.join();
  check(got.load(std::memory_order_relaxed) == each * procs, "as many elements as were sent");
}
template <int Capacity, int Times> void prod_cons(long n) {
  if constexpr (Capacity == 0) {
    fibers::unbuffered_channel<int> c;
    prod_cons_over<decltype(c), Times>(c, n);
  } else {
    fibers::buffered_channel<int> c(Capacity);
    prod_cons_over<decltype(c), Times>(c, n);
  }
}

void fill_and_empty(fibers::buffered_channel<int>& c, long n) {
  for (long k = 0; k < n; ++k) {
    int sum = 0;
    for (int i = 0; i < 100; ++i) c.push(i);
    for (int i = 0; i < 100; ++i) sum += c.value_pop();
    check(sum >= 0, "sums are of what was sent");
  }
}
void uncontended(long n) {
  parallel(n, [](long mine) {
    fibers::buffered_channel<int> c(128);
    fill_and_empty(c, mine);
  });
}

template <class T> void make(long n) {
  for (long i = 0; i < n; ++i) {
    fibers::buffered_channel<T> c(8);
    asm volatile("" : : "g"(&c) : "memory");
  }
}

void chain(fibers::unbuffered_channel<bool>& end, long n) {
  if (n == 0) return void(end.push(true));
  detached([&end, n] { chain(end, n - 1); });
}
void chains(long n, int count) {
  fibers::unbuffered_channel<bool> end;
  for (int i = 0; i < count; ++i) detached([&end, n, count] { chain(end, n / count); });
  for (int i = 0; i < count; ++i) check(end.value_pop(), "the chain's end");
}
void capture(long n) {
  for (long i = 0; i < n; ++i) {
    fibers::fiber four[4];
    for (int g = 0; g < 4; ++g) four[g] = start([g] { check(g < 4, "what was captured"); });
    for (auto& one : four) one.join();
  }
}

void mutex_uncontended(long n) {
  parallel(n, [](long mine) {
    fibers::mutex m;
    for (long i = 0; i < mine; ++i) {
      m.lock();
      m.unlock();
    }
  });
}
template <int Times> void mutex(long n) {
  struct alignas(128) Counter {  // on lines of its own, as in the other suites
    fibers::mutex m;
    long count = 0;
  } shared;
  parallel(n, [&](long mine) {
    unsigned own = 1;
    for (long i = 0; i < mine; ++i) {
      {
        std::lock_guard<fibers::mutex> hold(shared.m);
        ++shared.count;
      }
      own = work(own, Times);
    }
  });
  check(shared.count == n, "no step of the count is lost");
}

struct Row {
  const char* name;
  void (*function)(long);
};
constexpr Row kRows[] = {
    {"MakeChan/Byte", make<char>}, {"MakeChan/Int", make<long>}, {"MakeChan/Ptr", make<long*>}, {"ChanUncontended", uncontended},
    {"ChanSync", sync<0>}, {"ChanSyncWork", sync<100>},
    {"ChanProdCons0", prod_cons<0, 0>}, {"ChanProdCons10", prod_cons<16, 0>}, {"ChanProdCons100", prod_cons<128, 0>},
    {"ChanProdConsWork0", prod_cons<0, 100>}, {"ChanProdConsWork10", prod_cons<16, 100>}, {"ChanProdConsWork100", prod_cons<128, 100>},
    {"Yield", yielding}, {"Yield/P1", yielding}, {"PingPong", ping_pong}, {"PingPong/P1", ping_pong},
    {"CreateGoroutines", [](long n) { chains(n, 1); }}, {"CreateGoroutinesParallel", [](long n) { chains(n, procs); }},
    {"CreateGoroutinesCapture", capture},
    {"MutexUncontended", mutex_uncontended}, {"Mutex", mutex<0>}, {"MutexWork", mutex<100>},
};

void measure(const Row& row, double seconds) {
  if (std::strstr(row.name, "/P1")) procs = 1;
  std::vector<std::thread> threads;
  for (int p = 1; p < procs; ++p)
    threads.emplace_back([] {
      fibers::use_scheduling_algorithm<fibers::algo::work_stealing>(static_cast<std::uint32_t>(procs));
      fibers::mutex m;
      fibers::condition_variable never;
      std::unique_lock<fibers::mutex> hold(m);
      never.wait(hold, [] { return false; });  // runs fibers until the process ends
    });
  fibers::use_scheduling_algorithm<fibers::algo::work_stealing>(static_cast<std::uint32_t>(procs));
  for (long n = 1;;) {
    auto begun = std::chrono::steady_clock::now();
    row.function(n);
    double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    if (took >= seconds || n >= 2'000'000'000) {
      std::printf("%.4f %ld\n", took * 1e9 / static_cast<double>(n), n);
      std::fflush(stdout);
      std::_Exit(0);
    }
    double wanted = static_cast<double>(n) * 1.2 * seconds / std::max(took, 1e-9);
    n = static_cast<long>(std::min(std::max(wanted, static_cast<double>(n) + 1), static_cast<double>(n) * 100));
  }
}

} // namespace

int main(int argc, char** argv) {
  if (const char* p = std::getenv("GOMAXPROCS")) procs = std::max(1, std::atoi(p));
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (const Row& row : kRows) std::puts(row.name);
    return 0;
  }
  if (argc == 3)
    for (const Row& row : kRows)
      if (std::strcmp(argv[1], row.name) == 0) measure(row, std::atof(argv[2]));
  std::fprintf(stderr, "usage: suite --list | suite NAME SECONDS\n");
  return 2;
}

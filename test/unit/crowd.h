// What the tests of the synchronisation types share.
#pragma once

#include "support.h"

#include <functional>
#include <string>
#include <thread>
#include <vector>

/// The text of the panic that `f` raises.
inline std::string panic_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const gocpp::panic& p) {
    return p.what();
  }
  return "no panic";
}

/// Runs f(i) in `goroutines` goroutines and `threads` plain threads and waits for all.
template <class F> void crowd(int goroutines, int threads, F f) {
  gocpp::wait_group group;
  std::vector<std::thread> plain;
  for (int i = 0; i < threads; ++i)
    plain.emplace_back([&f, i, goroutines] { f(goroutines + i); });
  for (int i = 0; i < goroutines; ++i)
    group.go([&f, i] { f(i); });
  group.wait();
  for (auto& t : plain)
    t.join();
}

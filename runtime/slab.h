// Where goroutine records stand: slabs that are never freed, in a list that only grows.
//
// spawn.cc makes them; whoever walks them (for_each_g, a debugger) sees every goroutine that there ever was.
#pragma once

#include "g.h"

#include <atomic>
#include <cstdint>

namespace gocpp::rt {

struct Slab {
  static constexpr uint32_t kSize = 64;
  Slab* next;
  alignas(64) G gs[kSize];
};
extern std::atomic<Slab*> slabs;  // push-only

} // namespace gocpp::rt

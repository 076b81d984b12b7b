// Stacks and names as reports show them.
#include "support.h"

#include "context.h"
#include "dump.h"
#include "report.h"
#include "sched.h"
#include "stack_trace.h"
#include "symbolize.h"

#include <algorithm>
#include <string>
#include <vector>

using namespace gocpp::rt;

namespace {

struct Name {
  const char* symbol;
  const char* readable;
};

struct Names : testing::TestWithParam<Name> {};
TEST_P(Names, AreReadable) { EXPECT_EQ(readable_function(GetParam().symbol), GetParam().readable); }
INSTANTIATE_TEST_SUITE_P(
    All, Names,
    testing::Values(
        Name{"gocpp_main", "main"},
        Name{"qsort", "qsort"},
        Name{"_Z6workerN5gocpp4chanIiEEi", "worker(chan<int>, int)"},
        Name{"_Z6workerN5gocpp4chanINS_4unitEEE", "worker(chan<>)"},
        Name{"_ZL6helperv", "helper()"},
        Name{"_ZN12_GLOBAL__N_16hiddenEi", "hidden(int)"},
        Name{"_Z3fooIiEvT_", "foo<int>(int)"},                                  // no return type
        Name{"_ZNK1A3getEv", "A::get()"},                                       // no qualifiers
        Name{"_Z1fNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", "f(std::string)"},
        Name{"_Z1fSt6vectorISt3mapIiiSt4lessIiESaISt4pairIKiiEEESaIS6_EE", "f(std::vector<std::map<int, int>>)"},
        Name{"_ZZ4mainENK3$_0clEi", "main::{lambda#1}(int)"},                   // clang's
        Name{"_ZZ1fiENKUlcE_clEc", "f::{lambda#1}(char)"},                      // the ABI's
        Name{"_ZZ1fvENKUlT_E0_clIiEEDaS_", "f::{lambda#2}(int)"},               // generic
        Name{"_ZZZ4mainENK3$_0clEvENKUlvE_clEv", "main::{lambda#1}::{lambda#1}()"},
        Name{"_ZN1AcvbEv", "A::operator bool()"},
        Name{"_ZlsR1AS0_", "operator<<(A&, A&)"},
        Name{"_ZN1AclEv", "A::operator()()"},
        Name{"_ZN1A1fB5cxx11Ev", "A::f()"},
        Name{"_ZL6workeri.cold", "worker(int)"},
        Name{"_ZNSt6vectorIiSaIiEE2atEm", "std::vector<int>::at(unsigned long)"},
        Name{"_Z3fooIiEDTcl3barfp_EET_", "foo<int>(int)"}));                   // decltype(bar(…)) as return type

TEST(Names, CreatorsHaveNoParameters) {
  EXPECT_EQ(readable_function("_Z6workerN5gocpp4chanIiEEi", false), "worker");
  EXPECT_EQ(readable_function("_ZZ4mainENK3$_0clEi", false), "main::{lambda#1}");
}

TEST(Names, OfTheStandardLibraryAreShort) {
  EXPECT_EQ(short_function("_ZNSt6vectorIiSaIiEE2atEm"), "std::vector<int>::at");
  EXPECT_EQ(short_function("_ZSt4sortIPiEvT_S1_"), "std::sort");
  EXPECT_EQ(short_function("at"), "at");
}

TEST(Names, TypesOfExceptions) {
  EXPECT_EQ(readable_type(typeid(int).name()), "int");
  EXPECT_EQ(readable_type(typeid(std::string).name()), "std::string");
  EXPECT_EQ(readable_type(typeid(gocpp::chan<int>).name()), "chan<int>");
}

struct Place {
  const char* symbol;
  const char* file;
  Origin origin;
};

struct Origins : testing::TestWithParam<Place> {};
TEST_P(Origins, AreTold) {
  Frame f{GetParam().symbol, GetParam().file, 1};
  EXPECT_EQ(origin_of(f, readable_function(f.symbol)), GetParam().origin) << f.symbol;
}
INSTANTIATE_TEST_SUITE_P(
    All, Origins,
    testing::Values(Place{"_Z6workeri", "/home/me/app/main.gcpp", Origin::user}, Place{"main", "/home/me/app/main.gcpp", Origin::user},
                    Place{"_ZN5gocpp2rt4parkEv", nullptr, Origin::gocpp},
                    Place{"_ZNK5gocpp4chanIiE4recvEv", "/opt/include/gocpp/chan.h", Origin::gocpp},
                    Place{"recv", "/opt/include/gocpp/chan.h", Origin::gocpp},
                    Place{"operator()<gocpp::abi::made_by_go, int>", "/home/me/app/main.gcpp", Origin::gocpp},
                    Place{"operator()<int>", "/home/me/app/main.gcpp", Origin::user},
                    Place{"__cxa_throw", nullptr, Origin::throwing}, Place{"_ZSt9terminatev", nullptr, Origin::throwing},
                    Place{"_ZSt20__throw_out_of_rangePKc", nullptr, Origin::throwing},
                    Place{"apply<(lambda at a.cc:1:2), std::tuple<int> >", "/usr/include/c++/12/tuple", Origin::hidden},
                    Place{"_ZSt8__invokeIRFvvEJEEvOT_", "/usr/include/c++/12/bits/invoke.h", Origin::hidden},
                    Place{"_ZSt4sortIPiEvT_S1_", "/usr/include/c++/12/bits/stl_algo.h", Origin::standard},
                    Place{"_ZNSt6vectorIiSaIiEE2atEm", "/usr/include/c++/12/bits/stl_vector.h", Origin::standard},
                    Place{"_ZNSt6vectorIiSaIiEE14_M_range_checkEm", "/usr/include/c++/12/bits/stl_vector.h", Origin::hidden},
                    Place{"_ZN9__gnu_cxx5__ops15_Iter_comp_iterIiEclEv", "/usr/include/c++/12/bits/predefined_ops.h", Origin::hidden},
                    Place{"_ZNSt8_Rb_treeIiiiiE5eraseEv", "/usr/include/c++/12/bits/stl_tree.h", Origin::hidden},
                    Place{"apply<int>", "/home/me/app/main.gcpp", Origin::user}));

struct Seen {
  std::vector<std::string> names;
  std::vector<std::string> files;
  std::vector<int> lines;
};

void see(uintptr_t pc, Seen& seen) {
  symbolize(
      pc,
      [](const Frame& f, void* arg) {
        auto& seen = *static_cast<Seen*>(arg);
        seen.names.push_back(f.symbol ? readable_function(f.symbol, false) : "??");
        seen.files.push_back(f.file ? f.file : "");
        seen.lines.push_back(f.line);
      },
      &seen);
}

Seen names_of(const Trace& t) {
  Seen seen;
  for (uint64_t i = 0; i < std::min<uint64_t>(t.count, Trace::kEnds); ++i) see(t.innermost[i], seen);
  return seen;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& n) { return n.ends_with(name); });
}

volatile int keeps_frames = 0;

[[gnu::noinline]] void takes_own_trace(Trace& t) {
  trace_here(t);
  keeps_frames = 1;
}

TEST(Traces, OfTheCallerBeginWithItself) {
  Trace t;
  takes_own_trace(t);
  Seen seen = names_of(t);
  EXPECT_TRUE(contains(seen.names, "takes_own_trace"));
  EXPECT_FALSE(t.cut);
}

[[gnu::noinline]] void parks_here(gocpp::chan<> c) {
  c.recv();
  keeps_frames = 1;
}
[[gnu::noinline]] void calls_parks_here(gocpp::chan<> c) {
  parks_here(c);
  keeps_frames = 1;
}

TEST(Traces, OfAParkedGoroutineEndWhereItBegan) {
  gocpp::chan<> c, started;
  gocpp::go([=] {
    started.send({});
    calls_parks_here(c);
    started.send({});
  });
  started.recv();
  // Parked once it waits on c and its registers are saved: when another goroutine has been run by its M.
  G* parked = nullptr;
  while (!parked) {
    gocpp::yield();
    for_each_g(
        [](G* g, void* out) {
          if (g->state.load() == GState::waiting && g->reason.load() == WaitReason::chan_receive)
            *static_cast<G**>(out) = g;
        },
        &parked);
  }
  for (int i = 0; i < 1000; ++i) gocpp::yield();
  Trace t;
  trace_suspended(t, parked->ctx);
  Seen seen = names_of(t);
  EXPECT_TRUE(contains(seen.names, "parks_here"));
  EXPECT_TRUE(contains(seen.names, "calls_parks_here"));
  EXPECT_EQ(seen.names.back(), "gocpp_rt_context_entry");
  c.send({});
  started.recv();
}

[[gnu::noinline]] uint64_t recurse(Trace& t, int depth) {
  if (depth == 0)
    trace_here(t);
  else
    recurse(t, depth - 1);
  keeps_frames = depth;
  return t.count;
}

TEST(Traces, OfDeepStacksKeepBothEnds) {
  Trace t;
  EXPECT_GE(recurse(t, 1000), 1000u);
  Seen inner = names_of(t), outer;
  for (uint64_t i = t.count - Trace::kEnds; i < t.count; ++i) see(t.outermost[i % Trace::kEnds], outer);
  EXPECT_TRUE(contains(inner.names, "recurse"));
  EXPECT_FALSE(contains(inner.names, "gocpp_rt_context_entry"));
  EXPECT_TRUE(outer.names.back().ends_with("gocpp_rt_context_entry"));
}

/// Prints one goroutine and ends the process, as a report does.
[[noreturn]] void report(int64_t waits_for, M* locked) {
  begin_report();
  G g;
  g.id = 7;
  g.state = GState::waiting;
  g.since = now_ns() - waits_for;
  g.locked_m = locked;
  put_goroutine(&g, describe(WaitReason::chan_receive), nullptr);
  end_report();
}

TEST(Headers, SayHowLongAGoroutineHasWaitedFromAMinuteOn) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // there are other threads
  constexpr int64_t minute = 60'000'000'000;
  auto status = testing::ExitedWithCode(2);
  EXPECT_EXIT(report(minute - 1'000'000'000, nullptr), status, "goroutine 7 \\[chan receive\\]:");
  EXPECT_EXIT(report(minute, nullptr), status, "goroutine 7 \\[chan receive, 1 minute\\]:");
  EXPECT_EXIT(report(3 * minute + 1, nullptr), status, "goroutine 7 \\[chan receive, 3 minutes\\]:");
  EXPECT_EXIT(report(5 * minute, this_m()), status, "goroutine 7 \\[chan receive, 5 minutes, locked to thread\\]:");
}

[[gnu::always_inline]] inline void is_inlined(Trace& t) { trace_here(t); }
constexpr int kCallLine = __LINE__ + 2;
[[gnu::noinline]] void has_an_inlined_call(Trace& t) {
  is_inlined(t);
  keeps_frames = 1;
}

TEST(Traces, ShowInlinedFunctionsAndLines) {
  Trace t;
  has_an_inlined_call(t);
  Seen seen = names_of(t);
  auto at = std::find_if(seen.names.begin(), seen.names.end(), [](auto& n) { return n.ends_with("is_inlined"); });
  ASSERT_NE(at, seen.names.end());
  ASSERT_NE(at + 1, seen.names.end());
  EXPECT_TRUE((at + 1)->ends_with("has_an_inlined_call"));
  auto i = static_cast<size_t>(at + 1 - seen.names.begin());
  EXPECT_TRUE(seen.files[i].ends_with("test/unit/symbolize_test.cc")) << seen.files[i];
  EXPECT_EQ(seen.lines[i], kCallLine);
}

} // namespace

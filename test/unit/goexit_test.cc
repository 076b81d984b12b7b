// goexit(): what runs on the way out, and that nothing of it is left behind.
#include "support.h"

#include <exception>
#include <memory>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using gocpp::chan;

namespace {

struct Goexit : WithProcs {};
GOCPP_WITH_PROCS(Goexit);

/// Sends its name when it is destroyed.
struct Says {
  chan<std::string> to;
  std::string name;
  ~Says() { to.send(name); }
};

[[gnu::noinline]] void exit_below(chan<std::string> to, int depth) {
  Says s{to, std::to_string(depth)};
  if (depth == 0) gocpp::goexit();
  exit_below(to, depth - 1);
  to.send("goes on");
}

TEST_P(Goexit, RunsEveryDestructorInnermostFirst) {
  chan<std::string> said;
  gocpp::go(exit_below, said, 3);
  for (auto want : {"0", "1", "2", "3"}) EXPECT_EQ(said.recv(), want);
}

TEST_P(Goexit, DestroysWhatTheGoroutineWasGiven) {
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> watch = held;
  gocpp::wait_group group;
  group.go([held = std::move(held)] { gocpp::goexit(); });
  group.wait();
  EXPECT_TRUE(watch.expired());
}

TEST_P(Goexit, DestroysAClosureInTheHeap) {
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> watch = held;
  struct Big {
    char bytes[1000];
  };
  gocpp::wait_group group;
  group.go([held = std::move(held), big = Big{}] {
    (void)big;
    gocpp::goexit();
  });
  group.wait();
  EXPECT_TRUE(watch.expired());
}

TEST_P(Goexit, IsNoExceptionForHandlersOfATypeAndPassesThroughAll) {
  chan<std::string> said;
  gocpp::go([=] {
    Says end{said, "end"};
    try {
      try {
        gocpp::goexit();
      } catch (const std::exception&) {
        said.send("std::exception");
      } catch (int) {
        said.send("int");
      }
    } catch (...) {
      said.send(std::current_exception() ? "something" : "nothing current");
      throw;
    }
  });
  EXPECT_EQ(said.recv(), "nothing current");
  EXPECT_EQ(said.recv(), "end");
}

TEST_P(Goexit, GoesOnAfterEachRethrow) {
  chan<std::string> said;
  gocpp::go([=] {
    Says end{said, "end"};
    try {
      Says inner{said, "inner"};
      try {
        gocpp::goexit();
      } catch (...) {
        gocpp::yield();  // in the handler of it
        said.send("first");
        throw;
      }
    } catch (...) {
      said.send("second");
      throw;
    }
  });
  for (auto want : {"first", "inner", "second", "end"}) EXPECT_EQ(said.recv(), want);
}

TEST_P(Goexit, LeavesNothingToTheThreadsNextGoroutine) {
  for (int i = 0; i < 100; ++i) {
    gocpp::wait_group group;
    group.go([] {
      try {
        gocpp::goexit();
      } catch (...) {
        throw;
      }
    });
    group.wait();
    group.go([] {
      EXPECT_EQ(std::uncaught_exceptions(), 0);
      EXPECT_EQ(std::current_exception(), nullptr);
    });
    group.wait();
  }
}

TEST_P(Goexit, MayBeCalledWhileAnExceptionIsHandled) {
  chan<std::string> said;
  struct Thrown {
    std::shared_ptr<Says> says;
  };
  gocpp::go([=] {
    try {
      throw Thrown{std::make_shared<Says>(said, "exception")};
    } catch (const Thrown&) {
      gocpp::goexit();
    }
  });
  EXPECT_EQ(said.recv(), "exception");
}

TEST_P(Goexit, DestructorsOnTheWayMayThrowAndCatch) {
  chan<std::string> said;
  struct Cleans {
    chan<std::string> to;
    ~Cleans() {
      try {
        throw std::runtime_error("cleaned");
      } catch (const std::exception& e) {
        gocpp::yield();
        to.send(e.what());
      }
    }
  };
  gocpp::go([=] {
    Cleans c{said};
    gocpp::goexit();
  });
  EXPECT_EQ(said.recv(), "cleaned");
}

TEST_P(Goexit, GivesLocksBack) {
  gocpp::mutex m;
  gocpp::wait_group group;
  group.go([&] {
    std::lock_guard hold(m);
    gocpp::goexit();
  });
  group.wait();
  EXPECT_TRUE(m.try_lock());
  m.unlock();
}

TEST_P(Goexit, PassesThroughTheStandardLibrary) {
  // A stream catches what its insertion throws, but knows of forced unwinding.
  chan<std::string> said;
  struct Insertable {
    std::vector<int>* values;
  };
  gocpp::go([=] {
    Says end{said, "end"};
    std::vector<int> values(10);
    std::ostringstream out;
    std::call_once(*std::make_unique<std::once_flag>(), [&] {
      out << 1;
      gocpp::goexit();
    });
    said.send("goes on");
  });
  EXPECT_EQ(said.recv(), "end");
}

TEST_P(Goexit, OfALockedGoroutineEndsItsThread) {
  gocpp::wait_group group;
  group.go([] {
    gocpp::lock_os_thread();
    gocpp::goexit();
  });
  group.wait();
}

TEST_P(Goexit, ManyLeaveNothingBehind) {
  gocpp::wait_group group;
  for (int i = 0; i < 5000; ++i)
    group.go([i] {
      std::string text(static_cast<size_t>(i % 100), 'x');
      if (i % 3 == 0) gocpp::yield();
      gocpp::goexit();
    });
  group.wait();
}

TEST(GoexitInAThread, PanicsInAThreadThatIsNoGoroutine) {
  std::string text;
  std::thread([&] {
    try {
      gocpp::goexit();
    } catch (const gocpp::panic& p) {
      text = p.what();
    }
  }).join();
  EXPECT_EQ(text, "goexit called from a thread that is no goroutine");
}

} // namespace

// The state of exception handling is the goroutine's: what is caught, what is in flight, over any suspension and in whatever
// thread the goroutine goes on.
#include "support.h"

#include <exception>
#include <stdexcept>
#include <string>
#include <unistd.h>

using gocpp::chan;

namespace {

struct Exceptions : WithProcs {};
GOCPP_WITH_PROCS(Exceptions);

std::string current_text() {
  try {
    throw;
  } catch (const std::exception& e) {
    return e.what();
  }
}

TEST_P(Exceptions, CaughtOneIsStillCurrentAfterParkingInTheHandler) {
  chan<> other_caught, go_on, done;
  std::string mine, others;
  gocpp::go([&] {
    try {
      throw std::runtime_error("mine");
    } catch (const std::exception& e) {
      go_on.send({});  // the other one throws and catches meanwhile
      other_caught.recv();
      mine = current_text();
      EXPECT_STREQ(e.what(), "mine");
    }
    EXPECT_EQ(std::current_exception(), nullptr);
    done.send({});
  });
  gocpp::go([&] {
    go_on.recv();
    EXPECT_EQ(std::current_exception(), nullptr) << "another goroutine's exception is seen here";
    try {
      throw std::logic_error("other");
    } catch (const std::exception&) {
      other_caught.send({});
      gocpp::yield();
      others = current_text();
    }
    done.send({});
  });
  done.recv();
  done.recv();
  EXPECT_EQ(mine, "mine");
  EXPECT_EQ(others, "other");
}

TEST_P(Exceptions, HandlersAreLeftInAnotherOrderThanTheyWereEntered) {
  // As threads would, but on one stack of caught exceptions the first to be left would be the last one entered.
  constexpr int n = 20;
  chan<int> entered, left;
  chan<> leave[n];
  for (auto& c : leave) c = chan<>();
  for (int i = 0; i < n; ++i)
    gocpp::go([=, out = leave[i]] {
      try {
        throw std::runtime_error(std::to_string(i));
      } catch (const std::exception& e) {
        entered.send(i);
        out.recv();
        EXPECT_EQ(current_text(), std::to_string(i));
        EXPECT_EQ(e.what(), std::to_string(i));
      }
      EXPECT_EQ(std::current_exception(), nullptr);
      left.send(i);
    });
  for (int i = 0; i < n; ++i) entered.recv();
  for (int i = 0; i < n; ++i) {
    int k = i * 7 % n;
    leave[k].send({});
    EXPECT_EQ(left.recv(), k);
  }
}

TEST_P(Exceptions, RethrowAfterParkingThrowsOnesOwn) {
  constexpr int n = 50, rounds = 20;
  chan<> done(n);
  for (int i = 0; i < n; ++i)
    gocpp::go([=] {
      for (int round = 0; round < rounds; ++round) {
        std::string text = std::to_string(i) + "/" + std::to_string(round);
        try {
          try {
            throw std::runtime_error(text);
          } catch (...) {
            gocpp::yield();
            throw;
          }
        } catch (const std::exception& e) {
          gocpp::yield();
          EXPECT_EQ(e.what(), text);
        }
      }
      done.send({});
    });
  for (int i = 0; i < n; ++i) done.recv();
}

TEST_P(Exceptions, NestedHandlersKeepTheirNesting) {
  chan<> done;
  for (int i = 0; i < 2; ++i)
    gocpp::go([=, outer = "outer" + std::to_string(i), inner = "inner" + std::to_string(i)] {
      try {
        throw std::runtime_error(outer);
      } catch (...) {
        gocpp::yield();
        try {
          throw std::runtime_error(inner);
        } catch (...) {
          gocpp::yield();
          EXPECT_EQ(current_text(), inner);
        }
        gocpp::yield();
        EXPECT_EQ(current_text(), outer);
      }
      done.send({});
    });
  done.recv();
  done.recv();
}

struct ParksInDestructor {
  chan<> parked, go_on;
  int* in_flight;
  ~ParksInDestructor() {
    parked.send({});
    go_on.recv();
    *in_flight = std::uncaught_exceptions();
  }
};

TEST_P(Exceptions, InFlightIsCountedPerGoroutineWhileADestructorParks) {
  chan<> parked, go_on, done;
  int in_flight[2] = {-1, -1};
  for (int i = 0; i < 2; ++i)
    gocpp::go([=, &in_flight] {
      try {
        ParksInDestructor p{parked, go_on, &in_flight[i]};
        throw std::runtime_error("x");
      } catch (const std::exception&) {
      }
      EXPECT_EQ(std::uncaught_exceptions(), 0);
      done.send({});
    });
  parked.recv();
  parked.recv();
  EXPECT_EQ(std::uncaught_exceptions(), 0) << "other goroutines' exceptions are counted here";
  gocpp::go([=] {
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    try {
      throw 1;
    } catch (int) {
    }
    done.send({});
  });
  done.recv();
  for (int i = 0; i < 2; ++i) go_on.send({});
  for (int i = 0; i < 2; ++i) done.recv();
  EXPECT_EQ(in_flight[0], 1);
  EXPECT_EQ(in_flight[1], 1);
}

TEST_P(Exceptions, APointerToOneMayBeRethrownInAnotherGoroutine) {
  chan<std::exception_ptr> carry;
  chan<std::string> texts;
  chan<> left;
  gocpp::go([=] {
    try {
      throw std::runtime_error("carried");
    } catch (...) {
      carry.send(std::current_exception());
      left.recv();  // who destroys it: TSan does not see how libstdc++ counts references, which orders the two as well
    }
  });
  gocpp::go([=] {
    try {
      std::rethrow_exception(carry.recv());
    } catch (const std::exception& e) {
      gocpp::yield();
      texts.send(e.what());
    }
    left.send({});
  });
  EXPECT_EQ(texts.recv(), "carried");
}

/// Whether the goroutine went on in another thread than the one in which it caught the exception.
bool move_while_handling() {
  chan<> go_on, hold, done;
  bool moved = false;
  pid_t taken = 0;
  gocpp::go([=, &moved, &taken] {
    try {
      throw std::runtime_error("moves");
    } catch (const std::exception& e) {
      auto first = gettid();
      go_on.recv();
      moved = gettid() != first;
      EXPECT_TRUE(moved || taken != first) << "in a thread that another goroutine has for itself";
      EXPECT_EQ(current_text(), "moves");
      EXPECT_STREQ(e.what(), "moves");
    }
    EXPECT_EQ(std::current_exception(), nullptr);
    done.send({});
  });
  gocpp::yield();
  // Made on the thread where the first one parked, since there is only one P; it keeps that thread for itself.
  gocpp::go([=, &taken] {
    gocpp::lock_os_thread();
    EXPECT_EQ(std::current_exception(), nullptr);
    taken = gettid();
    go_on.send({});
    hold.recv();
    EXPECT_EQ(std::current_exception(), nullptr);
    gocpp::unlock_os_thread();
    done.send({});
  });
  done.recv();
  hold.send({});
  done.recv();
  return moved;
}

/// Not under several Ps: with one, who takes over a thread is known, unless that thread lost its core for so long that the monitor
/// gave the P to another in between.
TEST(ExceptionsInAnotherThread, StayWithTheGoroutineThatMoves) {
  int before = gocpp::gomaxprocs(1);
  bool moved = false;
  for (int trial = 0; trial < 100 && !moved; ++trial) moved = move_while_handling();
  gocpp::gomaxprocs(before);
  EXPECT_TRUE(moved) << "the test has to make it move";
}

} // namespace

// Files, pipes, the standard streams, copying and buffers.

#include "net_support.h"

#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>

namespace {

using namespace std::chrono_literals;
using io::open_mode;

class IoTest : public WithDescriptors {
 protected:
  TemporaryFolder folder;
};
GOCPP_WITH_PROCS(IoTest);

TEST_P(IoTest, WritesAndReadsAFile) {
  auto f = io::create(folder / "a");
  EXPECT_EQ(f.write("hello "), 6u);
  f.write({"wor", std::string("ld")});
  EXPECT_EQ(f.size(), 11u);
  EXPECT_EQ(f.seek(0), 0u);
  EXPECT_EQ(io::read_all(f), "hello world");
  EXPECT_EQ(f.write_at("J", 0), 1u);
  char five[5];
  EXPECT_EQ(f.read_at(five, 0), 5u);
  EXPECT_EQ(std::string(five, 5), "Jello");
  EXPECT_EQ(f.read_at(five, 8), 3u);
  EXPECT_EQ(f.read_at(five, 100), 0u);
  EXPECT_EQ(f.seek(-5, io::from::end), 6u);
  EXPECT_EQ(io::read_all(f), "world");
  EXPECT_EQ(f.seek(0, io::from::current), 11u);
  f.resize(3);
  f.sync();
  EXPECT_EQ(f.size(), 3u);
  EXPECT_EQ(io::read_all(io::open(folder / "a")), "Jel");
  EXPECT_EQ(f.name(), folder / "a");
}

TEST_P(IoTest, ModesMeanWhatTheySay) {
  std::string path = folder / "a";
  EXPECT_EQ(text_of_error([&] { io::open(path); }), "open " + path + ": No such file or directory");
  io::open(path, open_mode::write | open_mode::create).write("one");
  EXPECT_EQ(error_of([&] { io::open(path, open_mode::write | open_mode::create | open_mode::exclusive); }), std::errc::file_exists);
  io::open(path, open_mode::append).write(" two");
  EXPECT_EQ(io::read_all(io::open(path)), "one two");
  EXPECT_EQ(text_of_error([&] { io::open(path).write("x"); }), "write " + path + ": Bad file descriptor");
  io::create(path);
  EXPECT_EQ(io::open(path).size(), 0u);
  EXPECT_EQ(error_of([&] { io::read_all(io::open("/tmp")); }), std::errc::is_a_directory);
}

TEST_P(IoTest, AClosedFileIsAnError) {
  auto f = io::create(folder / "a");
  f.close();
  f.close();
  EXPECT_EQ(error_of([&] { f.write("x"); }), io::errc::closed);
  EXPECT_EQ(error_of([&] { f.size(); }), io::errc::closed);
  EXPECT_EQ(error_of([&] { io::file().read(nullptr, 0); }), std::errc::bad_file_descriptor);
  EXPECT_EQ(error_of([&] { io::create(folder / "b").set_deadline(1s); }), std::errc::operation_not_supported);
}

TEST_P(IoTest, AFullDeviceIsAnError) {
  auto full = io::open("/dev/full", open_mode::write);
  EXPECT_EQ(text_of_error([&] { full.write("x"); }), "write /dev/full: No space left on device");
  io::buffered_writer out(full);
  out.write("x");
  EXPECT_EQ(error_of([&] { out.flush(); }), std::errc::no_space_on_device);
  out.flush();  // what could not be written is gone
  std::error_code ec;
  EXPECT_EQ(full.write("x", ec), 0u);
  EXPECT_EQ(ec, std::errc::no_space_on_device);
}

TEST_P(IoTest, PipesParkTheGoroutine) {
  std::vector<io::pipe_ends> pipes;
  for (int i = 0; i < 200; ++i) pipes.push_back(io::pipe());
  gocpp::wait_group done;
  for (auto& p : pipes)
    done.go([&p] {
      std::string all(300'000, 'p');
      EXPECT_EQ(io::read_all(p.reader), all);
    });
  gocpp::sleep_for(1ms);
  EXPECT_LT(gocpp::runtime_stats().threads, kManyThreads);
  for (auto& p : pipes)
    done.go([&p] {
      p.writer.write(std::string(300'000, 'p'));
      p.writer.close();
    });
  done.wait();
}

TEST_P(IoTest, PipesHaveDeadlinesAndCanBeClosedUnderAReader) {
  auto [out, in] = io::pipe();
  char c;
  out.set_deadline(2ms);
  EXPECT_EQ(error_of([&] { out.read(&c, 1); }), std::errc::timed_out);
  out.set_deadline(std::nullopt);
  gocpp::wait_group done;
  done.go([&out = out] {
    char d;
    EXPECT_EQ(error_of([&] { out.read(&d, 1); }), io::errc::closed);
  });
  gocpp::sleep_for(1ms);
  out.close();
  done.wait();
}

/// SIGPIPE has its default action here: raised, it would end the test.
TEST_P(IoTest, ABrokenPipeIsAnErrorAndNoSignal) {
  ASSERT_EQ(signal(SIGPIPE, SIG_DFL), SIG_DFL);
  auto [out, in] = io::pipe();
  out.close();
  EXPECT_EQ(text_of_error([&in = in] { in.write("x"); }), "write pipe: Broken pipe");
  // Also in the middle, while the writer waits.
  auto other = io::pipe();
  gocpp::wait_group done;
  done.go([&] { EXPECT_EQ(error_of([&] { other.writer.write(std::string(1'000'000, 'x')); }), std::errc::broken_pipe); });
  gocpp::sleep_for(1ms);
  other.reader.close();
  done.wait();
  // A file that is sent to a socket.
  io::create(folder / "a").write(std::string(100'000, 'x'));
  TcpPair pair;
  pair.server.close();
  EXPECT_TRUE(error_of([&] {
    for (;;) io::copy(pair.client, io::open(folder / "a"));
  }));
  sigset_t mask, pending;
  sigpending(&pending);
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  EXPECT_FALSE(sigismember(&pending, SIGPIPE));
  EXPECT_FALSE(sigismember(&mask, SIGPIPE));
}

TEST_P(IoTest, CopiesInEveryDirection) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += std::to_string(i) + "\n";
  io::create(folder / "a").write(text);
  EXPECT_EQ(io::copy(io::create(folder / "b"), io::open(folder / "a")), text.size());
  EXPECT_EQ(io::read_all(io::open(folder / "b")), text);
  // Into a file that only appends, which the kernel refuses.
  EXPECT_EQ(io::copy(io::open(folder / "b", open_mode::append), io::open(folder / "a")), text.size());
  EXPECT_EQ(io::open(folder / "b").size(), 2 * text.size());

  TcpPair pair;
  gocpp::wait_group done;
  done.go([&] {
    auto from = io::open(folder / "a");
    from.seek(10);
    EXPECT_EQ(io::copy_n(pair.client, from, 100'000), 100'000u);
    EXPECT_EQ(io::copy_n(pair.client, from, 0), 0u);
    EXPECT_EQ(io::copy(pair.client, from), text.size() - 100'010);
    EXPECT_EQ(io::copy(pair.client, from), 0u);
    pair.client.close();
  });
  auto [out, in] = io::pipe();
  done.go([&, in = in] {
    EXPECT_EQ(io::copy(in, pair.server), text.size() - 10);
    in.close();
  });
  EXPECT_TRUE(io::read_all(out) == text.substr(10));
  done.wait();
  EXPECT_GT(io::copy(io::create(folder / "c"), io::open("/proc/self/status")), 100u);
}

/// A source that gives its text in pieces of the given size.
struct Pieces {
  std::string text;
  std::size_t piece;
  std::size_t read(io::mutable_buffer to) {
    std::size_t n = std::min({piece, to.size(), text.size()});
    std::memcpy(to.data(), text.data(), n);
    text.erase(0, n);
    return n;
  }
};

TEST(Buffers, LinesAreTheSameHoweverTheyCome) {
  for (std::size_t piece : {1, 2, 3, 16, 17, 100})
    for (std::size_t buffer : {16, 17, 64}) {
      io::buffered_reader in(Pieces{"one\r\n\ntwo is longer than the buffer\nthree:rest", piece}, buffer);
      EXPECT_EQ(in.read_line(), "one");
      EXPECT_EQ(in.read_line(), "");
      EXPECT_EQ(in.read_line(), "two is longer than the buffer");
      std::string text;
      EXPECT_TRUE(in.read_until(':', text));
      EXPECT_EQ(text, "three");
      EXPECT_EQ(in.read_line(), "rest");
      EXPECT_EQ(in.read_line(), std::nullopt);
      EXPECT_EQ(in.read_line(), std::nullopt);
    }
}

TEST(Buffers, ALineThatIsTooLongIsAnError) {
  io::buffered_reader in(Pieces{std::string(1000, 'x') + "\n", 100});
  std::string line;
  EXPECT_EQ(text_of_error([&] { in.read_line(line, 999); }), "read: line too long");
  io::buffered_reader fits(Pieces{std::string(1000, 'x') + "\n", 100});
  EXPECT_TRUE(fits.read_line(line, 1000));
}

TEST(Buffers, ReadExactTellsTheEndFromTheMiddle) {
  io::buffered_reader in(Pieces{"abcdefgh", 3});
  char three[3], four[4];
  EXPECT_TRUE(in.read_exact(three));
  EXPECT_TRUE(in.read_exact(four));
  EXPECT_EQ(std::string(four, 4), "defg");
  EXPECT_EQ(error_of([&] { in.read_exact(three); }), io::errc::unexpected_end);
  EXPECT_FALSE(in.read_exact(three));
}

struct Sink {
  std::vector<std::string>* writes;
  std::size_t write(io::const_buffer b) {
    writes->emplace_back(reinterpret_cast<const char*>(b.data()), b.size());
    return b.size();
  }
};

TEST(Buffers, WritesAreGathered) {
  std::vector<std::string> writes;
  {
    io::buffered_writer out(Sink{&writes}, 16);
    for (int i = 0; i < 5; ++i) out.write("12345");
    EXPECT_EQ(writes, std::vector<std::string>{"123451234512345"});
    out.write(std::string(40, 'x'));
    EXPECT_EQ(writes.size(), 3u);
    out.write("rest");
    EXPECT_EQ(out.buffered(), 4u);
  }
  EXPECT_EQ(writes.back(), "rest");
}

TEST_P(IoTest, StandardStreamsAreTheProcessesOwn) {
  auto [out, in] = io::pipe();
  int saved = dup(1);
  fflush(stdout);
  dup2(in.native_handle(), 1);
  io::standard_output().write("to standard output");
  dup2(saved, 1);
  close(saved);
  in.close();
  EXPECT_EQ(io::read_all(out), "to standard output");
  EXPECT_EQ(io::standard_input().name(), "standard input");
  EXPECT_EQ(io::standard_error().native_handle(), 2);
}

} // namespace

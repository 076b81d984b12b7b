// Input and output: files, pipes and the standard streams; copying and buffers for anything that is read or written.
//
//   auto in = gocpp::io::open("words.txt");
//   gocpp::io::buffered_reader lines(in);
//   for (std::string line; lines.read_line(line);) …
//
// Waiting for a pipe or terminal parks the goroutine. A regular file's calls may block the thread for a moment; its
// processor goes to another one then. What fails throws std::system_error, whose text names the operation and the file.
// Writing to a pipe that nobody reads is std::errc::broken_pipe, and raises no SIGPIPE, but for standard output and standard error.
#pragma once

#include <gocpp/detail/descriptor.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace gocpp::io {

/// How a file is opened; combine with `|`.
enum class open_mode : unsigned {
  read = 1,
  write = 2,
  append = 4,     ///< Writes go to the end. Implies `write`.
  create = 8,     ///< Made if there is none.
  truncate = 16,
  exclusive = 32, ///< With `create`: it must not exist.
};
constexpr open_mode operator|(open_mode a, open_mode b) noexcept {
  return static_cast<open_mode>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool operator&(open_mode a, open_mode b) noexcept { return (static_cast<unsigned>(a) & static_cast<unsigned>(b)) != 0; }

/// What seek counts from.
enum class from { begin, current, end };

} // namespace gocpp::io

namespace gocpp::detail {

// The core of io::file. Offsets as the system takes them; -1, with `ec`, when it failed.
descriptor_handle file_open(const std::string& path, io::open_mode mode, unsigned permissions);
descriptor_handle file_adopt(int fd, std::string name);
void pipe_open(descriptor_handle& reader, descriptor_handle& writer);
const descriptor_handle& standard_stream(int fd);
std::string file_name(const descriptor* d);
std::size_t file_read_at(descriptor* d, void* to, std::size_t size, std::uint64_t at, std::error_code& ec) noexcept;
std::size_t file_write_at(descriptor* d, const void* from, std::size_t size, std::uint64_t at, std::error_code& ec) noexcept;
std::int64_t file_seek(descriptor* d, std::int64_t offset, io::from base, std::error_code& ec) noexcept;
std::int64_t file_size(descriptor* d, std::error_code& ec) noexcept;
void file_truncate(descriptor* d, std::uint64_t size, std::error_code& ec) noexcept;
void file_sync(descriptor* d, std::error_code& ec) noexcept;
[[noreturn]] void throw_io_error(const char* operation, const std::error_code& ec);

} // namespace gocpp::detail

namespace gocpp::io {

/// An open file, a device, an end of a pipe. read, write and close come from io_stream; deadlines are for what can be waited
/// for: others give std::errc::operation_not_supported.
class file : public detail::io_stream {
 public:
  constexpr file() noexcept = default;
  explicit file(detail::descriptor_handle h) noexcept : io_stream(std::move(h)) {}

  /// Reads at an offset, until `to` is full or the file ends, and leaves the position alone; pread.
  std::size_t read_at(mutable_buffer to, std::uint64_t at) const {
    return checked("read", [&](std::error_code& ec) { return detail::file_read_at(core(), to.data(), to.size(), at, ec); });
  }
  /// Writes all of `from` at an offset and leaves the position alone; pwrite.
  std::size_t write_at(const_buffer from, std::uint64_t at) const {
    return checked("write", [&](std::error_code& ec) { return detail::file_write_at(core(), from.data(), from.size(), at, ec); });
  }
  /// Sets the position of the next read or write and gives it.
  std::uint64_t seek(std::int64_t offset, from base = from::begin) const {
    return static_cast<std::uint64_t>(
        checked("seek", [&](std::error_code& ec) { return detail::file_seek(core(), offset, base, ec); }));
  }
  std::uint64_t size() const {
    return static_cast<std::uint64_t>(checked("size", [&](std::error_code& ec) { return detail::file_size(core(), ec); }));
  }
  /// Makes it that long, cutting it or filling it with zeros.
  void resize(std::uint64_t size) const {
    checked("resize", [&](std::error_code& ec) { return detail::file_truncate(core(), size, ec), 0; });
  }
  /// Waits until what was written is on the disk.
  void sync() const {
    checked("sync", [&](std::error_code& ec) { return detail::file_sync(core(), ec), 0; });
  }
  /// What it was opened as.
  std::string name() const { return detail::file_name(core()); }

 private:
  template <class F> std::invoke_result_t<F, std::error_code&> checked(const char* operation, F f) const {
    std::error_code ec;
    auto result = f(ec);
    if (ec) detail::throw_io_error(operation, core(), ec);
    return result;
  }
};

/// Opens a file, for reading if nothing else is said. `permissions` are for one that is made, less the umask.
inline file open(const std::string& path, open_mode mode = open_mode::read, unsigned permissions = 0666) {
  return file(detail::file_open(path, mode, permissions));
}
/// Makes an empty file, or empties the one that is there, for reading and writing.
inline file create(const std::string& path, unsigned permissions = 0666) {
  return open(path, open_mode::read | open_mode::write | open_mode::create | open_mode::truncate, permissions);
}
/// Takes over an open descriptor of whatever kind: a terminal, an eventfd, what a library made. It becomes non-blocking
/// if it can.
inline file adopt(int descriptor, std::string name) { return file(detail::file_adopt(descriptor, std::move(name))); }

/// `auto [out, in] = pipe();`: what is written to `in` is read from `out`.
struct pipe_ends {
  file reader, writer;
};
inline pipe_ends pipe() {
  detail::descriptor_handle reader, writer;
  detail::pipe_open(reader, writer);
  return {file(std::move(reader)), file(std::move(writer))};
}

/// The process's own streams, unbuffered. They are shared with other processes, so they stay blocking: a wait takes a
/// thread, and closing does not end it.
inline file standard_input() { return file(detail::standard_stream(0)); }
inline file standard_output() { return file(detail::standard_stream(1)); }
inline file standard_error() { return file(detail::standard_stream(2)); }

template <class T>
concept reader = requires(T& t, mutable_buffer b) { { t.read(b) } -> std::convertible_to<std::size_t>; };
template <class T>
concept writer = requires(T& t, const_buffer b) { { t.write(b) } -> std::convertible_to<std::size_t>; };

/// Copies `limit` bytes, or fewer if the source ends first, and gives how many. Between a file and a file or socket the
/// kernel does it.
template <class To, class From>
  requires writer<To> && reader<From>
std::uint64_t copy_n(To&& to, From&& from, std::uint64_t limit) {
  std::uint64_t copied = 0;
  if constexpr (requires { to.core(), from.core(); }) {
    std::error_code ec;
    bool done = detail::descriptor_copy(to.core(), from.core(), limit, copied, ec);
    if (ec) detail::throw_io_error("copy to", to.core(), ec);
    if (done) return copied;
  }
  constexpr std::size_t kBuffer = 32 * 1024;  // of Go's io.Copy
  auto buffer = std::make_unique_for_overwrite<char[]>(kBuffer);
  while (copied < limit) {
    auto most = static_cast<std::size_t>(std::min<std::uint64_t>(kBuffer, limit - copied));
    std::size_t n = from.read(mutable_buffer(buffer.get(), most));
    if (n == 0) break;
    to.write(const_buffer(buffer.get(), n));
    copied += n;
  }
  return copied;
}
/// Copies until the source ends and gives how much it was.
template <class To, class From>
  requires writer<To> && reader<From>
std::uint64_t copy(To&& to, From&& from) {
  return copy_n(to, from, UINT64_MAX);
}

/// Everything until the end.
template <reader From> std::string read_all(From&& from) {
  std::string all;
  std::size_t used = 0;
  for (;;) {
    if (all.size() - used < 512) all.resize(std::max<std::size_t>(4096, all.size() * 2));
    std::size_t n = from.read(mutable_buffer(all.data() + used, all.size() - used));
    if (n == 0) break;
    used += n;
  }
  all.resize(used);
  return all;
}

/// Fills `to`. False when the source has ended before the first byte; throws errc::unexpected_end when in the middle.
template <reader From> bool read_exact(From&& from, mutable_buffer to) {
  for (std::size_t used = 0; used < to.size();) {
    std::size_t n = from.read(mutable_buffer(to.data() + used, to.size() - used));
    if (n == 0 && used == 0) return false;
    if (n == 0) detail::throw_io_error("read", errc::unexpected_end);
    used += n;
  }
  return true;
}

/// Reads in large pieces and gives them out in small ones. For one goroutine at a time. Keeps a copy of the source, which for
/// files and connections is a handle.
template <reader From> class buffered_reader {
 public:
  explicit buffered_reader(From source, std::size_t size = 8192)
      : source_(std::move(source)), size_(std::max<std::size_t>(size, 16)),
        buffer_(std::make_unique_for_overwrite<char[]>(size_)) {}

  /// As the source's read: what there is, at least a byte, 0 at the end.
  std::size_t read(mutable_buffer to) {
    if (buffered() == 0) {
      if (to.size() >= size_) return source_.read(to);
      if (to.size() == 0 || !fill()) return 0;
    }
    std::size_t n = std::min(to.size(), buffered());
    std::memcpy(to.data(), buffer_.get() + begin_, n);
    begin_ += n;
    return n;
  }
  bool read_exact(mutable_buffer to) { return io::read_exact(*this, to); }

  /// Reads up to the next `end`, which is dropped. False when there was nothing any more; a last piece without `end` counts.
  /// Throws errc::line_too_long for more than `limit` bytes.
  bool read_until(char end, std::string& out, std::size_t limit = SIZE_MAX) {
    out.clear();
    while (buffered() > 0 || fill()) {
      const char* first = buffer_.get() + begin_;
      auto* stop = static_cast<const char*>(std::memchr(first, end, buffered()));
      std::size_t n = stop ? static_cast<std::size_t>(stop - first) : buffered();
      if (n > limit - out.size()) detail::throw_io_error("read", errc::line_too_long);
      out.append(first, n);
      begin_ += n + (stop != nullptr);
      if (stop) return true;
    }
    return !out.empty();
  }
  /// Reads a line without its "\n" or "\r\n".
  bool read_line(std::string& out, std::size_t limit = SIZE_MAX) {
    if (!read_until('\n', out, limit)) return false;
    if (out.ends_with('\r')) out.pop_back();
    return true;
  }
  /// The same; nothing at the end.
  std::optional<std::string> read_line() {
    std::string line;
    if (!read_line(line)) return std::nullopt;
    return line;
  }

  /// What can be read without asking the source.
  std::size_t buffered() const noexcept { return end_ - begin_; }
  From& source() noexcept { return source_; }

 private:
  bool fill() {
    begin_ = end_ = 0;
    end_ = source_.read(mutable_buffer(buffer_.get(), size_));
    return end_ > 0;
  }
  From source_;
  std::size_t size_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0, end_ = 0;
};
template <class From> buffered_reader(From, std::size_t = 0) -> buffered_reader<From>;

/// Gathers small writes into large ones. For one goroutine at a time. The destructor writes what is left, and an error
/// is lost then, as with std::ofstream: flush() throws it.
template <writer To> class buffered_writer {
 public:
  explicit buffered_writer(To target, std::size_t size = 8192)
      : target_(std::move(target)), size_(std::max<std::size_t>(size, 16)),
        buffer_(std::make_unique_for_overwrite<char[]>(size_)) {}
  buffered_writer(const buffered_writer&) = delete;
  buffered_writer& operator=(const buffered_writer&) = delete;
  ~buffered_writer() {
    try {
      flush();
    } catch (const std::system_error&) {
    }
  }

  std::size_t write(const_buffer from) {
    if (from.size() > size_ - used_) flush();
    if (from.size() >= size_) return target_.write(from);
    std::memcpy(buffer_.get() + used_, from.data(), from.size());
    used_ += from.size();
    return from.size();
  }
  /// Writes what has been gathered. After an error it is gone.
  void flush() {
    if (std::size_t n = std::exchange(used_, 0)) target_.write(const_buffer(buffer_.get(), n));
  }
  std::size_t buffered() const noexcept { return used_; }
  To& target() noexcept { return target_; }

 private:
  To target_;
  std::size_t size_;
  std::unique_ptr<char[]> buffer_;
  std::size_t used_ = 0;
};
template <class To> buffered_writer(To, std::size_t = 0) -> buffered_writer<To>;

} // namespace gocpp::io

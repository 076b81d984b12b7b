// Asking libbacktrace, or the dynamic linker where it is missing. What is asked stands in symbolize.h.

#include "symbolize.h"

#include "report.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <exception>
#include <map>
#include <tuple>
#include <unistd.h>
#include <unwind.h>

#ifdef GOCPP_HAVE_LIBBACKTRACE
// cmake/backtrace.cmake renames them.
#define backtrace_create_state gocpp_rt_backtrace_create_state
#define backtrace_pcinfo gocpp_rt_backtrace_pcinfo
#define backtrace_syminfo gocpp_rt_backtrace_syminfo
#include <backtrace.h>
#endif

namespace gocpp::rt {

namespace {

bool may_allocate = true; // the reporter's

/// The functions at one address.
struct Frames {
  static constexpr int kMost = 64;
  Frame at[kMost];
  int count = 0;

  void add(const Frame& f) noexcept {
    if (count < kMost)
      at[count++] = f;
  }
};

#ifdef GOCPP_HAVE_LIBBACKTRACE

void no_information(void*, const char*, int) {}

/// What libbacktrace makes of a path: it puts the compiler's directory in front of the source's name even if
/// that is absolute. Where the joined path exists somebody wrote it with two slashes.
const char* unjoined(const char* path) noexcept {
  const char* twice = path ? std::strstr(path, "//") : nullptr;
  return twice && access(path, F_OK) != 0 ? twice + 1 : path;
}

backtrace_state* state() noexcept {
  static backtrace_state* s = backtrace_create_state(nullptr, 0, &no_information, nullptr);
  return s;
}

void look_up(uintptr_t pc, Frames& frames) noexcept {
  if (!state())
    return;
  backtrace_pcinfo(
      state(), pc,
      [](void* arg, uintptr_t, const char* file, int line, const char* function) {
        // libbacktrace keeps the debug information mapped, so these stay.
        static_cast<Frames*>(arg)->add({function, unjoined(file), line});
        return 0;
      },
      &no_information, &frames);
  if (frames.count == 0)
    frames.add({});
  // Line tables know no parameters; the symbol table does, of the function that the address is in.
  backtrace_syminfo(
      state(), pc,
      [](void* arg, uintptr_t, const char* name, uintptr_t, uintptr_t) {
        if (name)
          static_cast<Frame*>(arg)->symbol = name;
      },
      &no_information, &frames.at[frames.count - 1]);
}

#else

void look_up(uintptr_t, Frames&) noexcept {}

#endif

/// A path without `x/..`, of which compilers make many.
void put_path(std::string_view path) noexcept {
  char kept[1024];
  std::size_t size = 0;
  if (path.size() > sizeof kept)
    return put(path);
  while (!path.empty()) {
    std::size_t end = std::min(path.find('/'), path.size() - 1) + 1;
    std::string_view part = path.substr(0, end);
    path.remove_prefix(end);
    std::size_t parent = size < 2 ? 0 : std::string_view(kept, size - 1).rfind('/') + 1; // npos + 1 is 0
    if (part == "../" && size > 1 && std::string_view(kept + parent, size - parent) != "../") {
      size = parent;
    } else if (part != "./" && !(part == "/" && size > 0)) {
      part.copy(kept + size, part.size());
      size += part.size();
    }
  }
  put({kept, size});
}

/// True for an unnamed function in the libraries that throw and unwind.
bool is_language_runtime(uintptr_t pc, const Frame& f) noexcept {
  if (f.symbol)
    return false;
  Dl_info here, thrower, unwinder;
  return dladdr(reinterpret_cast<void*>(pc), &here) != 0 &&
         ((dladdr(reinterpret_cast<void*>(&std::terminate), &thrower) != 0 &&
           here.dli_fbase == thrower.dli_fbase) ||
          (dladdr(reinterpret_cast<void*>(&_Unwind_Backtrace), &unwinder) != 0 &&
           here.dli_fbase == unwinder.dli_fbase));
}

void put_place(uintptr_t pc, const Frame& f) noexcept {
  put("\t");
  Dl_info module;
  if (f.file) {
    put_path(f.file);
    if (f.line > 0) {
      put(":");
      put_number(static_cast<uint64_t>(f.line));
    }
  } else if (dladdr(reinterpret_cast<void*>(pc), &module) != 0 && module.dli_fname) {
    put(module.dli_fname);
    put("+");
    put_hex(pc - reinterpret_cast<uintptr_t>(module.dli_fbase));
  } else {
    put_hex(pc);
  }
  put("\n");
}

std::string name_of(const Frame& f) {
  return f.symbol && may_allocate ? readable_function(f.symbol) : std::string();
}

void put_name(const Frame& f, std::string (*readable)(std::string_view symbol)) {
  if (f.symbol && may_allocate)
    put(readable(f.symbol));
  else if (f.symbol)
    put(f.symbol == std::string_view("gocpp_main") ? "main" : f.symbol);
  else
    put("??");
}

/// True for a generated lambda that g++ inlined: it gives no more than `operator()<…>`, at the line of the
/// statement.
bool is_go_statement(const Frame& f, const Frame& creator) noexcept {
  return f.symbol && std::string_view(f.symbol).starts_with("operator()<") && f.file && creator.file &&
         std::strcmp(f.file, creator.file) == 0 && f.line == creator.line;
}

} // namespace

void symbolize(uintptr_t pc, void (*f)(const Frame&, void*), void* arg) noexcept {
  Frames frames;
  look_up(pc, frames);
  if (frames.count == 0) {
    Dl_info symbol;
    Frame frame;
    if (dladdr(reinterpret_cast<void*>(pc), &symbol) != 0)
      frame.symbol = symbol.dli_sname;
    frames.add(frame);
  }
  for (int i = 0; i < frames.count; ++i)
    f(frames.at[i], arg);
}

Frame creator_of(uintptr_t pc) noexcept {
  struct Found {
    Frame frame;
    bool is_users = false;
  };
  auto look = [](uintptr_t pc, Found& found) {
    symbolize(
        pc,
        [](const Frame& f, void* arg) {
          auto& found = *static_cast<Found*>(arg);
          if (!found.is_users)
            found = {f, origin_of(f, name_of(f)) == Origin::user};
        },
        &found);
  };
  if (!may_allocate) {
    Found found;
    look(pc, found);
    return found.frame;
  }
  static auto& known = *new std::map<uintptr_t, Found>;
  auto [at, is_new] = known.try_emplace(pc);
  if (is_new)
    look(pc, at->second);
  return at->second.frame;
}

void FramePrinter::put(uintptr_t pc) noexcept {
  pc_ = pc;
  auto put_all = [this] {
    symbolize(pc_, [](const Frame& f, void* self) { static_cast<FramePrinter*>(self)->put_one(f); }, this);
  };
  if (!may_allocate)
    return put_all();
  // A hundred thousand goroutines may be parked at the same place.
  struct Known {
    std::string text;
    bool called_gocpp;
  };
  static auto& known = *new std::map<std::tuple<uintptr_t, const char*, int, bool>, Known>;
  auto [at, is_new] = known.try_emplace({pc, creator_.file, creator_.line, called_gocpp_});
  if (is_new) {
    put_into(&at->second.text);
    put_all();
    put_into(nullptr);
    at->second.called_gocpp = called_gocpp_;
  }
  called_gocpp_ = at->second.called_gocpp;
  rt::put(at->second.text);
}

void FramePrinter::put_one(const Frame& f) noexcept {
  Origin origin = origin_of(f, name_of(f));
  if (is_language_runtime(pc_, f))
    origin = Origin::throwing;
  if (origin == Origin::gocpp)
    called_gocpp_ = true;
  if (origin == Origin::throwing || origin == Origin::user)
    called_gocpp_ = false;
  bool shown = origin == Origin::user || (origin == Origin::standard && !called_gocpp_);
  if (!shown || is_go_statement(f, creator_))
    return;
  put_name(
      f, origin == Origin::standard ? &short_function
                                    : [](std::string_view symbol) { return readable_function(symbol); });
  rt::put("\n");
  put_place(pc_, f);
}

void put_creator(uintptr_t pc, const Frame& creator, uint64_t creator_id) noexcept {
  put("created by ");
  put_name(creator, [](std::string_view symbol) { return readable_function(symbol, false); });
  if (creator_id != 0) {
    put(" in goroutine ");
    put_number(creator_id);
  } else {
    put(" in a thread");
  }
  put("\n");
  put_place(pc, creator);
}

bool inside_allocator(const Trace& t) noexcept {
  // What an allocator calls in turn may be nameless, so some frames are looked at.
  bool found = false;
  for (uint64_t i = 0; i < std::min<uint64_t>(t.count, 16) && !found; ++i)
    symbolize(
        t.innermost[i],
        [](const Frame& f, void* found) {
          std::string_view name = f.symbol ? f.symbol : "";
          if (name.find("alloc") != name.npos || name.ends_with("free") || name == "posix_memalign")
            *static_cast<bool*>(found) = true;
        },
        &found);
  return found;
}

void allocate_nothing() noexcept { may_allocate = false; }

} // namespace gocpp::rt

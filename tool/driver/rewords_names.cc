// See rewords_names.h.

#include "rewords_names.h"

#include "case.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Regex.h"

namespace gocpp::tool {

namespace {

/// What differs from the name here in more than capitals and underscores, which a compiler finds by itself, or too much for it.
llvm::StringRef called_here(llvm::StringRef name) {
  return llvm::StringSwitch<llvm::StringRef>(name)
      .Cases("Sleep", "sleep", "gocpp::sleep_for")
      .Cases("Gosched", "gosched", "gocpp::yield")
      .Case("GOMAXPROCS", "gocpp::gomaxprocs")
      .Case("NumCPU", "gocpp::num_cpu")
      .Case("LockOSThread", "gocpp::lock_os_thread")
      .Case("UnlockOSThread", "gocpp::unlock_os_thread")
      .Cases("NewTimer", "new_timer", "gocpp::timer")
      .Cases("NewTicker", "new_ticker", "Tick", "tick", "gocpp::ticker")
      .Cases("Cond", "cond", "cond_var", "NewCond", "gocpp::condition_variable")
      .Cases("Once", "once", "gocpp::once_flag")
      .Cases("Do", "do_once", "gocpp::call_once")
      .Cases("RWMutex", "rwmutex", "rw_mutex", "gocpp::shared_mutex")
      .Cases("Semaphore", "semaphore", "gocpp::counting_semaphore")
      .Cases("errgroup", "ErrGroup", "error_group", "gocpp::task_group")
      .Cases("Background", "TODO", "gocpp::context::background")
      .Case("lock_guard", "std::lock_guard")
      .Case("unique_lock", "std::unique_lock")
      .Case("shared_lock", "std::shared_lock")
      .Case("scoped_lock", "std::scoped_lock")
      .Cases("net::listen", "net::Listen", "gocpp::net::listen_tcp")
      .Cases("net::ListenPacket", "net::listen_packet", "gocpp::net::listen_udp")
      .Cases("net::dial", "net::Dial", "net::connect", "net::DialTimeout", "net::dial_timeout", "gocpp::net::dial_tcp")
      .Case("net::socket", "gocpp::net::tcp_conn")
      .Cases("net::Listener", "net::listener", "gocpp::net::tcp_listener")
      .Cases("io::ReadFull", "io::read_full", "gocpp::io::read_exact")
      .Cases("io::NewReader", "io::Scanner", "io::scanner", "gocpp::io::buffered_reader")
      .Case("io::NewWriter", "gocpp::io::buffered_writer")
      .Cases("io::Stdin", "io::std_in", "gocpp::io::standard_input")
      .Cases("io::Stdout", "io::std_out", "gocpp::io::standard_output")
      .Cases("io::Stderr", "io::std_err", "gocpp::io::standard_error")
      .Default("");
}

/// g++'s quotes made clang's.
std::string plain(llvm::StringRef words) {
  std::string s = words.str();
  for (const char* quote : {"\u2018", "\u2019"}) replace_all(s, quote, "'");
  return s;
}

/// As unknown_in_gocpp, of words with clang's quotes.
std::string unknown(llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef, 4> parts;
  llvm::StringRef scope, name;
  if (llvm::Regex("^no (member|type|template) named '([^']*)' in namespace 'gocpp(::net|::io)?'").match(text, &parts))
    name = parts[2], scope = parts[3];
  else if (llvm::Regex("^'([^']*)' (is not a member of|in namespace) 'gocpp(::net|::io)?'").match(text, &parts))
    name = parts[1], scope = parts[3];
  else if (llvm::Regex("^'gocpp::((net::|io::)?[^':]*)' (has not been declared|is not a namespace-name)").match(text, &parts))
    name = parts[1];
  return scope.empty() ? name.str() : (scope.drop_front(2) + "::" + name).str();
}

} // namespace

std::string unknown_in_gocpp(llvm::StringRef words) { return unknown(plain(words)); }

std::string name_here(llvm::StringRef words) {
  std::string text = plain(words), name = unknown(text);
  if (llvm::StringRef here = called_here(name); !here.empty()) return ("there is no 'gocpp::" + name + "': it is called '" + here + "' here").str();
  if (llvm::Regex("(unknown type name|use of undeclared identifier) 'defer'|^'defer' (was not declared|does not name a type)").match(text))
    return "there is no 'defer': a destructor does at the end of its scope what has to be done there, as that of 'std::lock_guard'";
  llvm::SmallVector<llvm::StringRef, 5> parts;
  if (llvm::Regex("no member named 'C' in 'gocpp::(timer|ticker)'|^'class gocpp::(timer|ticker)' has no member named 'C'").match(text, &parts))
    return ("the channel of a " + (parts[1].empty() ? parts[2] : parts[1]) + " is what its 'channel()' gives").str();
  return "";
}

} // namespace gocpp::tool

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

/// What a name of Go's that nobody declared is here. Go's packages are habits.cc's.
llvm::StringRef is_here(llvm::StringRef name) {
  return llvm::StringSwitch<llvm::StringRef>(name)
      .Case("nil", "there is no 'nil' here: it is 'nullptr', of channels too")
      .Case("panic", "a panic is thrown here: 'throw gocpp::panic(\"...\")'")
      .Case("recover", "there is no 'recover' here: a panic is an exception, 'catch (const gocpp::panic& p)'")
      .Case("func", "a function is declared as in C++, 'void f(chan<int> c)', and a lambda is '[=](int x) { ... }'")
      .Default("");
}

/// What is said of a member that a type of ours has under another name.
std::string member_here(llvm::StringRef type, llvm::StringRef name) {
  if (type == "cancelable_context")
    return "with_cancel, with_timeout and with_deadline give two things: 'auto [ctx, cancel] = gocpp::with_cancel(parent)'";
  return llvm::StringSwitch<std::string>(name)
      .Cases("receive", "pop", "get", "read", "Recv", "a channel is received from by '<-c' or 'c.recv()'")
      .Cases("push", "put", "write", "emplace", "Send", "a channel is sent to by 'c <- v' or 'c.send(v)'")
      .Cases("size", "length", "how many values wait in a channel is 'len(c)'")
      .Case("capacity", "how many values a channel holds is 'cap(c)'")
      .Default("");
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

std::string unknown_in_gocpp(llvm::StringRef words) { return unknown(with_plain_quotes(words)); }

std::string name_here(llvm::StringRef words) {
  std::string text = with_plain_quotes(words), name = unknown(text);
  if (llvm::StringRef here = called_here(name); !here.empty()) return ("there is no 'gocpp::" + name + "': it is called '" + here + "' here").str();
  if (llvm::Regex("(unknown type name|use of undeclared identifier) 'defer'|^'defer' (was not declared|does not name a type)").match(text))
    return "there is no 'defer': a destructor does at the end of its scope what has to be done there, as that of 'std::lock_guard'";
  llvm::SmallVector<llvm::StringRef, 8> parts;
  if (llvm::Regex("^(use of undeclared identifier|unknown type name) '([a-z]+)'|^'([a-z]+)' (was not declared|does not name a type|has not been declared)").match(text, &parts))
    if (llvm::StringRef here = is_here(parts[2].empty() ? parts[3] : parts[2]); !here.empty()) return here.str();
  if (llvm::Regex("^no member named '([A-Za-z_]+)' in '(const )?gocpp::(cancelable_context|(recv_|send_)?chan)[<']").match(text, &parts) ||
      llvm::Regex("^'(class|struct|const class|const struct) gocpp::((cancelable_context|(recv_|send_)?chan))[<'].*has no member named '([A-Za-z_]+)'").match(text, &parts)) {
    bool clang = llvm::StringRef(text).starts_with("no ");
    if (std::string here = member_here(parts[3], clang ? parts[1] : parts[5]); !here.empty()) return here;
  }
  if (llvm::Regex("^no member named 'close' in '(const )?gocpp::(recv_chan<.*>)'$").match(text, &parts))
    return ("cannot close '" + parts[2] + "': it only receives").str();
  if (llvm::Regex("no member named 'C' in 'gocpp::(timer|ticker)'|^'class gocpp::(timer|ticker)' has no member named 'C'").match(text, &parts))
    return ("the channel of a " + (parts[1].empty() ? parts[2] : parts[1]) + " is what its 'channel()' gives").str();
  return "";
}

} // namespace gocpp::tool

// See rewords_header.h.

#include "rewords_header.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

namespace gocpp::tool {

namespace {

llvm::StringRef header_of(llvm::StringRef name) {
  return llvm::StringSwitch<llvm::StringRef>(name)
      .Case("net", "<gocpp/net.h>")
      .Case("io", "<gocpp/io.h>")
      .Cases("chan", "send_chan", "recv_chan", "make_chan", "unit", "go", "select", "recv", "send", "otherwise", "<gocpp/gocpp.h>")
      .Cases("yield", "goexit", "lock_os_thread", "unlock_os_thread", "gomaxprocs", "num_cpu", "num_goroutine", "<gocpp/gocpp.h>")
      .Cases("set_max_threads", "set_stack_size", "runtime_stats", "blocking", "panic", "<gocpp/gocpp.h>")
      .Cases("sleep_for", "sleep_until", "after", "timer", "ticker", "<gocpp/gocpp.h>")
      .Cases("mutex", "recursive_mutex", "timed_mutex", "shared_mutex", "condition_variable", "once_flag", "call_once", "<gocpp/gocpp.h>")
      .Cases("counting_semaphore", "latch", "barrier", "wait_group", "<gocpp/gocpp.h>")
      .Cases("context", "with_cancel", "with_timeout", "with_deadline", "with_value", "task_group", "<gocpp/gocpp.h>")
      .Default("");
}

std::string sentence(llvm::StringRef name, llvm::StringRef header) {
  return ("'" + name + "' is not declared: '#include " + header + "' is missing").str();
}

llvm::StringRef identifier(llvm::StringRef text) {
  return text.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
}

} // namespace

std::string missing_header(llvm::StringRef text) {
  if (identifier(text) != "gocpp") return "";
  text = text.drop_front(5).ltrim();
  llvm::StringRef header = text.consume_front("::") ? header_of(identifier(text.ltrim())) : "";
  return sentence("gocpp", header.empty() ? "<gocpp/gocpp.h>" : header);
}

std::string missing_header_of(llvm::StringRef name) {
  llvm::StringRef header = header_of(name);
  return header.empty() ? "" : sentence(("gocpp::" + name).str(), header);
}

} // namespace gocpp::tool

// Errors of input and output: their own category, and the texts that name the operation and its object.

#include "descriptor.h"

#include <gocpp/io.h>

#include <string>

namespace gocpp::io {

namespace {

class Category final : public std::error_category {
 public:
  constexpr Category() noexcept = default;
  const char* name() const noexcept override { return "gocpp.io"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
    case errc::closed: return "use of closed file or connection";
    case errc::unexpected_end: return "unexpected end of stream";
    case errc::line_too_long: return "line too long";
    }
    return "unknown error";
  }
  std::error_condition default_error_condition(int value) const noexcept override {
    if (static_cast<errc>(value) == errc::closed) return std::errc::operation_canceled;
    return {value, *this};
  }
};

constinit const Category the_category;

} // namespace

const std::error_category& category() noexcept { return the_category; }

} // namespace gocpp::io

namespace gocpp::rt {

std::error_code io_error(int error) noexcept {
  if (error == kClosedError) return io::errc::closed;
  return {error, std::system_category()};
}

} // namespace gocpp::rt

namespace gocpp::detail {

void throw_io_error(const char* operation, const descriptor* d, const std::error_code& ec) {
  std::string text(operation);
  if (d) {
    text += ' ';
    text += d->name();
  }
  throw std::system_error(ec, text);
}

void throw_io_error(const char* operation, const std::error_code& ec) { throw std::system_error(ec, operation); }

} // namespace gocpp::detail

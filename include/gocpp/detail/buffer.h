// Views of bytes that reads fill and writes take, made from what programs have: strings, arrays, vectors, spans.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <span>
#include <type_traits>

namespace gocpp::detail {

template <class T>
inline constexpr bool is_byte = std::same_as<T, std::byte> || std::same_as<T, char> || std::same_as<T, unsigned char> ||
                                std::same_as<T, signed char> || std::same_as<T, char8_t>;

template <class R>
concept byte_range = requires(R& r) {
  { std::data(r) } -> std::convertible_to<const void*>;
  { std::size(r) } -> std::convertible_to<std::size_t>;
  requires is_byte<std::remove_cvref_t<decltype(*std::data(r))>>;
};
template <class R>
concept writable_byte_range =
    byte_range<R> && requires(R& r) { requires !std::is_const_v<std::remove_pointer_t<decltype(std::data(r))>>; };

/// A string literal, or another array of constant characters.
template <class R> inline constexpr bool is_text_array = false;
template <std::size_t N> inline constexpr bool is_text_array<const char[N]> = true;

template <class R>
concept c_string = std::same_as<std::remove_cvref_t<R>, const char*> || std::same_as<std::remove_cvref_t<R>, char*>;

} // namespace gocpp::detail

namespace gocpp::io {

/// Bytes that an operation may write to: any contiguous range of bytes or characters. Refers, owns nothing.
class mutable_buffer {
 public:
  constexpr mutable_buffer() noexcept = default;
  mutable_buffer(void* data, std::size_t size) noexcept : data_(static_cast<std::byte*>(data)), size_(size) {}
  template <class R>
    requires(!std::same_as<std::remove_cvref_t<R>, mutable_buffer> && detail::writable_byte_range<std::remove_reference_t<R>>)
  mutable_buffer(R&& range) noexcept
      : data_(reinterpret_cast<std::byte*>(std::data(range))), size_(std::size(range)) {}

  std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Bytes that an operation reads: any contiguous range of bytes or characters, or a C string without its
/// terminating zero. Refers, owns nothing.
class const_buffer {
 public:
  constexpr const_buffer() noexcept = default;
  const_buffer(const void* data, std::size_t size) noexcept : data_(static_cast<const std::byte*>(data)), size_(size) {}
  template <class R>
    requires(!std::same_as<std::remove_cvref_t<R>, const_buffer> &&
             (detail::byte_range<std::remove_reference_t<R>> || detail::c_string<R>))
  const_buffer(R&& bytes) noexcept {
    if constexpr (detail::is_text_array<std::remove_reference_t<R>>) {
      set(bytes, ::strnlen(bytes, sizeof(bytes)));
    } else if constexpr (detail::c_string<R>) {
      set(bytes, std::strlen(bytes));
    } else {
      set(std::data(bytes), std::size(bytes));
    }
  }
  /// The text in an array, or all of it? Say std::span(array, n) or std::string_view(array).
  template <std::size_t N> const_buffer(char (&array)[N]) = delete;

  const std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  void set(const void* data, std::size_t size) noexcept {
    data_ = static_cast<const std::byte*>(data);
    size_ = size;
  }
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

} // namespace gocpp::io

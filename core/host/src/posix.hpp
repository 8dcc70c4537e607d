/// @file  Descriptors that close themselves, and errno turned into Error.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <outpost/base/execution.hpp>
#include <outpost/base/result.hpp>

namespace outpost::host {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor();

  int get() const { return value_; }
  bool valid() const { return value_ >= 0; }

 private:
  int value_ = -1;
};

/// "cannot read data.csv: Permission denied", with a hint for the usual reasons; not_found for ENOENT and ENOTDIR.
tl::unexpected<Error> system_error(std::string_view doing, const std::string& name, int error_number);

/// open(2) for reading. Errors: as system_error; io_error for a directory.
Result<Descriptor> open_for_reading(const std::string& path);

/// read(2) that starts again after a signal unless `cancellation` was requested. 0 at the end.
Result<std::size_t> read_some(int descriptor, std::span<char> buffer, const std::string& name,
                              const Cancellation* cancellation = nullptr);

/// Writes all bytes.
Result<void> write_all(int descriptor, std::string_view bytes, const std::string& name);

}  // namespace outpost::host

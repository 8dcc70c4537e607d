/// @file  AtomicFile: a file that appears whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include <outpost/base/result.hpp>

namespace outpost::host {

/// Writes next to the target, then renames over it. Destroyed without commit(), it removes what it wrote and leaves
/// the target as it was; so a program that unwinds (an error, Ctrl-C seen through a flag) leaves no partial file.
/// An existing target keeps its mode; a symbolic link keeps pointing where it did. What is not a regular file
/// (/dev/null, a FIFO, a terminal) is written directly. Movable; one thread at a time.
class AtomicFile {
 public:
  /// Errors: io_error with path and reason (a directory, no such folder, no permission, ...).
  static Result<AtomicFile> create(const std::string& path);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  ~AtomicFile();

  /// Appends bytes; they are buffered. Errors: io_error (a full disk, a closed pipe). After one, only destroy.
  Result<void> write(std::string_view bytes);
  /// Writes the rest, flushes to the disk and renames. Call once, last. Errors as for write.
  Result<void> commit();

  /// The path as given.
  const std::string& path() const { return path_; }

 private:
  AtomicFile() = default;
  Result<void> flush();
  void discard() noexcept;

  std::string path_;
  std::string target_;     ///< path with symbolic links resolved
  std::string temporary_;  ///< empty when written directly
  std::string buffer_;
  int descriptor_ = -1;
};

}  // namespace outpost::host

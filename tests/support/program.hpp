/// @file  Runs a program as a user or a script would, and shows what it printed and how it ended.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace outpost::test {

/// How a program ended.
struct Outcome {
  int status = -1;  ///< exit status; 128 + signal where a signal ended it
  std::string out;  ///< standard output (with a terminal: all that the terminal showed)
  std::string err;  ///< standard error (with a terminal: empty unless kept apart)
};

/// One program with its arguments and surroundings. Set, then run().
class Program {
 public:
  explicit Program(std::vector<std::string> command) : command_(std::move(command)) {}

  Program& input(std::string bytes);  ///< standard input; default: empty
  Program& environment(std::string name,
                       std::string value);          ///< NO_COLOR, COLUMNS, TERM, HOME and XDG are unset by default
  Program& folder(std::string path);                ///< working directory
  Program& close_output_after(std::size_t bytes);   ///< the reader of standard output goes away
  Program& standard_output(std::string path);       ///< goes to a file instead; Outcome::out is empty
  Program& file_size_limit(std::size_t kilobytes);  ///< files larger than this fail to grow, as on a full disk
  Program& keep_input_open();                       ///< standard input does not end after its bytes
  /// Sends the signal once the program has read all of its input and waits for more (with keep_input_open).
  Program& signal_when_waiting(int signal_number);
  /// Sends the signal once standard error (the terminal, where there is one) has shown `text`.
  Program& signal_when_shown(std::string text, int signal_number);
  /// Standard output and standard error are a terminal of this size.
  Program& terminal(unsigned short columns);
  /// With terminal(): standard output is a pipe, and only standard error is the terminal.
  Program& terminal_for_errors_only();

  /// Runs to the end. Fails the test when it cannot be started.
  Outcome run() const;

 private:
  friend class Runner;
  std::vector<std::string> command_;
  std::string input_;
  std::vector<std::pair<std::string, std::string>> environment_;
  std::string folder_;
  std::optional<std::size_t> close_output_after_;
  std::string standard_output_;
  std::size_t file_size_limit_ = 0;
  bool keep_input_open_ = false;
  int signal_number_ = 0;
  bool signal_when_waiting_ = false;
  std::string signal_text_;
  unsigned short columns_ = 0;
  bool terminal_for_errors_only_ = false;
};

/// A folder of its own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  /// Path of a file in it.
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  /// Writes a file in it and returns its path.
  std::string write(std::string_view name, std::string_view bytes) const;
  /// Names of all that is in it, sorted.
  std::vector<std::string> names() const;

 private:
  std::string path_;
};

/// All bytes of a file; empty where there is none.
std::string read_file(const std::string& path);

}  // namespace outpost::test

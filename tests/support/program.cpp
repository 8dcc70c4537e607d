#include "program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <tuple>

extern char** environ;

namespace outpost::test {
namespace {

/// A file descriptor that closes itself.
class Handle {
 public:
  Handle() = default;
  explicit Handle(int value) : value_(value) {}
  Handle(Handle&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      close();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }
  ~Handle() { close(); }
  void close() {
    if (value_ >= 0) ::close(value_);
    value_ = -1;
  }
  int get() const { return value_; }
  bool open() const { return value_ >= 0; }

 private:
  int value_ = -1;
};

[[noreturn]] void broken(const std::string& what) { throw std::runtime_error("running a program: " + what); }

std::pair<Handle, Handle> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) broken("pipe");
  return {Handle(ends[0]), Handle(ends[1])};
}

std::pair<Handle, Handle> make_terminal(unsigned short columns) {
  int controller = -1;
  int terminal = -1;
  winsize size{40, columns, 0, 0};
  if (::openpty(&controller, &terminal, nullptr, nullptr, &size) != 0) broken("openpty");
  ::fcntl(controller, F_SETFD, FD_CLOEXEC);
  ::fcntl(terminal, F_SETFD, FD_CLOEXEC);
  return {Handle(controller), Handle(terminal)};
}

/// Whether the process has read all that the pipe to it holds, and sleeps.
bool waits_for_input(pid_t process, int pipe_to_it) {
  int unread = 0;
  if (::ioctl(pipe_to_it, FIONREAD, &unread) != 0 || unread != 0) return false;
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::size_t name_end = text.rfind(')');  // "pid (name) state ..."
  return name_end != std::string::npos && text.compare(name_end, 3, ") S") == 0;
}

}  // namespace

/// One run of a Program.
class Runner {
 public:
  explicit Runner(const Program& program) : program_(program) {}

  Outcome run() {
    start();
    exchange();
    int state = 0;
    while (::waitpid(process_, &state, 0) < 0 && errno == EINTR) {
    }
    outcome_.status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
    return std::move(outcome_);
  }

 private:
  void start() {
    auto [input_read, input_write] = make_pipe();
    auto [output_read, output_write] = make_pipe();
    auto [error_read, error_write] = make_pipe();
    Handle controller;
    Handle terminal;
    if (program_.columns_ != 0) std::tie(controller, terminal) = make_terminal(program_.columns_);
    const bool output_is_terminal = terminal.open() && !program_.terminal_for_errors_only_;

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input_read.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, output_is_terminal ? terminal.get() : output_write.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, terminal.open() ? terminal.get() : error_write.get(), 2);
    if (!program_.standard_output_.empty()) {
      posix_spawn_file_actions_addopen(&actions, 1, program_.standard_output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                       0644);
    }
    if (!program_.folder_.empty()) posix_spawn_file_actions_addchdir_np(&actions, program_.folder_.c_str());
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ}) sigaddset(&defaults, number);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

    std::vector<std::string> command = program_.command_;
    if (program_.file_size_limit_ != 0) {
      // posix_spawn sets no limits, so a shell does.
      const std::string script = "ulimit -f " + std::to_string(program_.file_size_limit_) + "; exec \"$0\" \"$@\"";
      command.insert(command.begin(), {"/bin/bash", "-c", script});
    }
    std::vector<std::string> variables = environment();
    std::vector<char*> arguments = pointers(command);
    std::vector<char*> environment_pointers = pointers(variables);
    const int error =
        posix_spawnp(&process_, arguments[0], &actions, &attributes, arguments.data(), environment_pointers.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) broken(command[0] + " does not start");
    input_ = std::move(input_write);
    ::fcntl(input_.get(), F_SETFL, O_NONBLOCK);
    if (!output_is_terminal && program_.standard_output_.empty()) output_ = std::move(output_read);
    error_ = terminal.open() ? std::move(controller) : std::move(error_read);
    errors_are_output_ = output_is_terminal;
  }

  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (std::string& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
  }

  std::vector<std::string> environment() const {
    std::vector<std::string> result;
    const auto unset = [](std::string_view name) {
      static constexpr std::array<std::string_view, 6> kUnset = {"NO_COLOR", "COLUMNS", "TERM",
                                                                 "HOME",     "LINES",   "XDG_CONFIG_HOME"};
      return std::find(kUnset.begin(), kUnset.end(), name) != kUnset.end();
    };
    for (char** variable = environ; *variable != nullptr; ++variable) {
      const std::string_view text = *variable;
      const std::string_view name = text.substr(0, text.find('='));
      const bool replaced = std::any_of(program_.environment_.begin(), program_.environment_.end(),
                                        [&](const auto& each) { return each.first == name; });
      if (!replaced && !unset(name)) result.emplace_back(text);
    }
    for (const auto& [name, value] : program_.environment_) result.push_back(name + "=" + value);
    return result;
  }

  /// Feeds and drains until the program has closed its outputs.
  void exchange() {
    std::size_t written = 0;
    while (output_.open() || error_.open()) {
      feed(written);
      std::array<pollfd, 3> events = {{{output_.get(), POLLIN, 0},
                                       {error_.get(), POLLIN, 0},
                                       {written < program_.input_.size() ? input_.get() : -1, POLLOUT, 0}}};
      const bool watching = signal_is_due_when_waiting(written);
      if (::poll(events.data(), events.size(), watching ? 1 : -1) < 0 && errno != EINTR) broken("poll");
      if (watching && waits_for_input(process_, input_.get())) send_signal();
      if (events[0].revents != 0) drain(output_, outcome_.out);
      if (events[1].revents != 0) drain(error_, errors_are_output_ ? outcome_.out : outcome_.err);
      const std::string& shown = errors_are_output_ ? outcome_.out : outcome_.err;
      if (!program_.signal_text_.empty() && shown.find(program_.signal_text_) != std::string::npos) send_signal();
      if (program_.close_output_after_ && outcome_.out.size() >= *program_.close_output_after_) output_.close();
    }
    input_.close();
  }

  bool signal_is_due_when_waiting(std::size_t written) const {
    return program_.signal_when_waiting_ && !signal_sent_ && written == program_.input_.size();
  }

  void send_signal() {
    if (signal_sent_) return;
    ::kill(process_, program_.signal_number_);
    signal_sent_ = true;
  }

  void feed(std::size_t& written) {
    while (input_.open() && written < program_.input_.size()) {
      const ssize_t count = ::write(input_.get(), program_.input_.data() + written, program_.input_.size() - written);
      if (count < 0) {
        if (errno == EAGAIN) return;
        if (errno == EINTR) continue;
        written = program_.input_.size();  // the program reads no more
        break;
      }
      written += static_cast<std::size_t>(count);
    }
    if (!program_.keep_input_open_) input_.close();
  }

  static void drain(Handle& from, std::string& to) {
    std::array<char, 65536> buffer;
    const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
    if (count > 0) {
      to.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      from.close();  // the end; a terminal says EIO
    }
  }

  const Program& program_;
  Outcome outcome_;
  pid_t process_ = -1;
  Handle input_, output_, error_;
  bool errors_are_output_ = false;
  bool signal_sent_ = false;
};

Program& Program::input(std::string bytes) {
  input_ = std::move(bytes);
  return *this;
}
Program& Program::environment(std::string name, std::string value) {
  environment_.emplace_back(std::move(name), std::move(value));
  return *this;
}
Program& Program::folder(std::string path) {
  folder_ = std::move(path);
  return *this;
}
Program& Program::close_output_after(std::size_t bytes) {
  close_output_after_ = bytes;
  return *this;
}
Program& Program::standard_output(std::string path) {
  standard_output_ = std::move(path);
  return *this;
}
Program& Program::file_size_limit(std::size_t kilobytes) {
  file_size_limit_ = kilobytes;
  return *this;
}
Program& Program::keep_input_open() {
  keep_input_open_ = true;
  return *this;
}
Program& Program::signal_when_waiting(int signal_number) {
  signal_when_waiting_ = true;
  signal_number_ = signal_number;
  return *this;
}
Program& Program::signal_when_shown(std::string text, int signal_number) {
  signal_text_ = std::move(text);
  signal_number_ = signal_number;
  return *this;
}
Program& Program::terminal(unsigned short columns) {
  columns_ = columns;
  return *this;
}
Program& Program::terminal_for_errors_only() {
  terminal_for_errors_only_ = true;
  return *this;
}

Outcome Program::run() const {
  // A program that reads nothing more must not end the test.
  ::signal(SIGPIPE, SIG_IGN);
  return Runner(*this).run();
}

TemporaryFolder::TemporaryFolder() {
  path_ = (std::filesystem::temp_directory_path() / "outpost-test-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) broken("no temporary folder");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(std::string_view name, std::string_view bytes) const {
  const std::string path = file(name);
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return path;
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator(path_))
    result.push_back(entry.path().filename().string());
  std::sort(result.begin(), result.end());
  return result;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace outpost::test

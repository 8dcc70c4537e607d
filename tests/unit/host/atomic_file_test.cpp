#include <outpost/host/atomic_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <catch2/catch.hpp>
#include <csignal>
#include <outpost/host/whole_file.hpp>
#include <thread>

#include "temporary_folder.hpp"

using namespace outpost;
using namespace outpost::host;
using namespace outpost::test;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

mode_t mode_of(const std::string& path) {
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("atomic file: nothing is seen before commit, everything after", "[host]") {
  const TemporaryFolder folder;
  const std::string path = folder / "out.csv";
  const std::string large(1'000'000, 'x');
  auto file = AtomicFile::create(path).value();
  REQUIRE(file.write("head\n"));
  REQUIRE(file.write(large));
  CHECK_FALSE(std::filesystem::exists(path));
  AtomicFile moved = std::move(file);
  REQUIRE(moved.write("tail"));
  REQUIRE(moved.commit());
  CHECK(read_file(path) == "head\n" + large + "tail");
  CHECK(folder.files() == 1);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK(mode_of(path) == (0666 & ~mask));
}

TEST_CASE("atomic file: not committed, it leaves the old file and nothing else", "[host]") {
  const TemporaryFolder folder;
  const std::string path = folder / "out.csv";
  write_file(path, "old");
  {
    auto file = AtomicFile::create(path).value();
    REQUIRE(file.write(std::string(200'000, 'x')));
    CHECK(folder.files() == 2);
  }
  CHECK(read_file(path) == "old");
  CHECK(folder.files() == 1);
  {
    auto file = AtomicFile::create(path).value();
    file = AtomicFile::create(folder / "other").value();
    CHECK(folder.files() == 2);
  }
  CHECK(folder.files() == 1);
}

TEST_CASE("atomic file: an existing file keeps its mode, a link its place", "[host]") {
  const TemporaryFolder folder;
  write_file(folder / "real", "old");
  ::chmod((folder / "real").c_str(), 0640);
  std::filesystem::create_symlink(folder / "real", folder / "link");
  auto file = AtomicFile::create(folder / "link").value();
  REQUIRE(file.write("new"));
  REQUIRE(file.commit());
  CHECK(read_file(folder / "real") == "new");
  CHECK(mode_of(folder / "real") == 0640);
  CHECK(std::filesystem::is_symlink(folder / "link"));
}

TEST_CASE("atomic file: two writers of one target do not meet", "[host]") {
  const TemporaryFolder folder;
  auto first = AtomicFile::create(folder / "out").value();
  auto second = AtomicFile::create(folder / "out").value();
  REQUIRE(first.write("first"));
  REQUIRE(second.write("second"));
  REQUIRE(first.commit());
  REQUIRE(second.commit());
  CHECK(read_file(folder / "out") == "second");
  CHECK(folder.files() == 1);
}

TEST_CASE("atomic file: a full disk is reported with path and reason", "[host][error]") {
  auto file = AtomicFile::create("/dev/full").value();
  REQUIRE(file.write("small"));  // still buffered
  const auto committed = file.commit();
  REQUIRE_FALSE(committed.has_value());
  CHECK(committed.error().code == ErrorCode::io_error);
  CHECK(committed.error().message == "cannot write /dev/full: No space left on device");
  CHECK(holds(committed.error().hint, "free some space"));
  auto large = AtomicFile::create("/dev/full").value();
  const auto written = large.write(std::string(1'000'000, 'x'));
  REQUIRE_FALSE(written.has_value());
  CHECK_FALSE(large.commit().has_value());
  CHECK(std::filesystem::exists("/dev/full"));
}

TEST_CASE("atomic file: devices and FIFOs are written directly", "[host]") {
  auto null = AtomicFile::create("/dev/null").value();
  REQUIRE(null.write("x"));
  REQUIRE(null.commit());
  CHECK(std::filesystem::is_character_file("/dev/null"));

  const TemporaryFolder folder;
  const std::string path = folder / "fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::string received;
  std::thread reader([&] { received = read_file(path); });
  auto file = AtomicFile::create(path);
  REQUIRE(file.has_value());
  REQUIRE(file->write("through the pipe"));
  REQUIRE(file->commit());
  reader.join();
  CHECK(received == "through the pipe");
}

TEST_CASE("atomic file: a pipe that closes is an error", "[host][error]") {
  const TemporaryFolder folder;
  const std::string path = folder / "fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  auto file = AtomicFile::create(path).value();
  ::close(reader);
  REQUIRE(file.write("x"));
  const auto committed = file.commit();
  std::signal(SIGPIPE, before);
  REQUIRE_FALSE(committed.has_value());
  CHECK(holds(committed.error().message, "Broken pipe"));
}

TEST_CASE("atomic file: targets that cannot be", "[host][error]") {
  const TemporaryFolder folder;
  const auto directory = AtomicFile::create(folder.path());
  REQUIRE_FALSE(directory.has_value());
  CHECK(directory.error().message == "cannot write " + folder.path() + ": Is a directory");
  const auto no_folder = AtomicFile::create(folder / "no/out.csv");
  REQUIRE_FALSE(no_folder.has_value());
  CHECK(no_folder.error().code == ErrorCode::io_error);
  CHECK(holds(no_folder.error().message, "No such file or directory"));
  CHECK_FALSE(AtomicFile::create("").has_value());
  CHECK_FALSE(AtomicFile::create(folder / "new/").has_value());
  write_file(folder / "fixed", "old");
  ::chmod((folder / "fixed").c_str(), 0444);
  if (::access((folder / "fixed").c_str(), W_OK) != 0) {  // root may write everything
    CHECK(holds(AtomicFile::create(folder / "fixed").error().message, "Permission denied"));
  }
  CHECK(folder.files() == 1);
}

TEST_CASE("whole file: every byte, within a limit", "[host][error]") {
  const TemporaryFolder folder;
  const std::string path = folder / "model";
  const std::string bytes = std::string("\0\x1f\x8b", 3) + std::string(200'000, 'z');
  write_file(path, bytes);
  const auto whole = read_whole_file(path, bytes.size()).value();
  CHECK(std::string(whole.begin(), whole.end()) == bytes);
  const auto larger = read_whole_file(path, bytes.size() - 1);
  REQUIRE_FALSE(larger.has_value());
  CHECK(larger.error().code == ErrorCode::out_of_memory);
  CHECK(holds(larger.error().message, path));
  CHECK(read_whole_file(folder / "no", 10).error().code == ErrorCode::not_found);
  CHECK(read_whole_file(folder.path(), 10).error().code == ErrorCode::io_error);
  write_file(path, "");
  CHECK(read_whole_file(path, 0).value().empty());
}

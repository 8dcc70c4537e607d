#include <outpost/host/file_source.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <zlib.h>
#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include <outpost/base/random.hpp>
#include <outpost/data/record_reader.hpp>

#include "temporary_folder.hpp"

using namespace outpost;
using namespace outpost::test;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string gzip_of(const std::string& bytes) {
  z_stream stream = {};
  REQUIRE(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Result<std::string> drain(ByteSource& source, std::size_t piece = 1000) {
  std::string all;
  std::string buffer(piece, '\0');
  for (;;) {
    OUTPOST_TRY_ASSIGN(const std::size_t count, source.read({buffer.data(), buffer.size()}));
    if (count == 0) return all;
    all.append(buffer, 0, count);
  }
}

/// Text that packs to about half its size.
std::string some_text(std::size_t size) {
  Random random(3);
  std::string text;
  while (text.size() < size) text += std::to_string(random.next() % 100000) + ",";
  text.resize(size);
  return text;
}

/// Standard input is `path` for as long as this lives.
class StandardInputFrom {
 public:
  explicit StandardInputFrom(int descriptor) : before_(::dup(STDIN_FILENO)) {
    ::dup2(descriptor, STDIN_FILENO);
    ::close(descriptor);
  }
  StandardInputFrom(const StandardInputFrom&) = delete;
  StandardInputFrom& operator=(const StandardInputFrom&) = delete;
  ~StandardInputFrom() {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

class AlwaysCancelled final : public Cancellation {
 public:
  bool requested() const override { return true; }
};

}  // namespace

TEST_CASE("file source: a plain file, twice, with its size and position", "[host]") {
  const TemporaryFolder folder;
  const std::string text = some_text(300'000);
  write_file(folder / "a.csv", text);
  auto source = host::open_file_source(folder / "a.csv").value();
  CHECK(source->name() == folder / "a.csv");
  CHECK(source->size() == 300'000);
  CHECK(drain(*source).value() == text);
  CHECK(source->position() == 300'000);
  REQUIRE(source->rewind());
  CHECK(source->position() == 0);
  CHECK(drain(*source, 7).value() == text);
}

TEST_CASE("file source: gzip of one or more members, padded or not", "[host]") {
  const TemporaryFolder folder;
  const std::string text = some_text(500'000);
  for (const std::string& packed :
       {gzip_of(text), gzip_of(text.substr(0, 1234)) + gzip_of("") + gzip_of(text.substr(1234)),
        gzip_of(text) + std::string(700, '\0')}) {
    write_file(folder / "a.csv.gz", packed);
    auto source = host::open_file_source(folder / "a.csv.gz").value();
    CHECK(source->size() == packed.size());
    CHECK(drain(*source).value() == text);
    CHECK(source->position() == packed.size());
    REQUIRE(source->rewind());
    CHECK(drain(*source, 100'000).value() == text);
  }
  write_file(folder / "empty.gz", gzip_of(""));
  CHECK(drain(*host::open_file_source(folder / "empty.gz").value()).value().empty());
}

TEST_CASE("file source: gzip that is cut short anywhere, damaged or followed by something else", "[host][error]") {
  const TemporaryFolder folder;
  const std::string path = folder / "a.gz";
  const std::string packed = gzip_of(some_text(400));
  for (std::size_t size = 2; size < packed.size(); ++size) {
    write_file(path, packed.substr(0, size));
    auto source = host::open_file_source(path).value();
    const auto bytes = drain(*source);
    REQUIRE_FALSE(bytes.has_value());
    REQUIRE(bytes.error().code == ErrorCode::invalid_data);
    REQUIRE(bytes.error().message == path + " ends in the middle of its gzip data: it was cut short");
  }
  std::string damaged = packed;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // of the checksum
  write_file(path, damaged);
  const auto bytes = drain(*host::open_file_source(path).value());
  REQUIRE_FALSE(bytes.has_value());
  CHECK(holds(bytes.error().message, "damaged gzip data"));
  write_file(path, packed + "tail");
  const auto tail = drain(*host::open_file_source(path).value());
  REQUIRE_FALSE(tail.has_value());
  CHECK(holds(tail.error().message, "something else after its gzip data"));
}

TEST_CASE("file source: what cannot be opened is named", "[host][error]") {
  const TemporaryFolder folder;
  const auto missing = host::open_file_source(folder / "no.csv");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(holds(missing.error().message, folder / "no.csv"));
  CHECK_FALSE(missing.error().hint.empty());
  const auto directory = host::open_file_source(folder.path());
  REQUIRE_FALSE(directory.has_value());
  CHECK(directory.error().code == ErrorCode::io_error);
  CHECK(holds(directory.error().message, "Is a directory"));
  write_file(folder / "secret.csv", "a\n");
  ::chmod((folder / "secret.csv").c_str(), 0);
  if (::access((folder / "secret.csv").c_str(), R_OK) != 0) {  // root may read everything
    const auto secret = host::open_file_source(folder / "secret.csv");
    REQUIRE_FALSE(secret.has_value());
    CHECK(holds(secret.error().message, "Permission denied"));
  }
}

TEST_CASE("file source: an empty file and a file of /proc", "[host]") {
  const TemporaryFolder folder;
  write_file(folder / "empty", "");
  CHECK(drain(*host::open_file_source(folder / "empty").value()).value().empty());
  auto source = host::open_file_source("/proc/self/status").value();
  CHECK(holds(drain(*source).value(), "VmRSS"));
}

TEST_CASE("file source: a FIFO is read to its end and can be rewound", "[host]") {
  const TemporaryFolder folder;
  const std::string path = folder / "fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  for (const std::size_t size : {std::size_t{5'000'000}, host::kSpoolMemoryBytes + 1'000'000}) {
    const std::string text = some_text(size);
    std::thread writer([&] { write_file(path, text); });
    auto source = host::open_file_source(path);
    writer.join();
    REQUIRE(source.has_value());
    CHECK((*source)->size() == text.size());
    const bool same = drain(**source, 1 << 20).value() == text;
    CHECK(same);
    REQUIRE((*source)->rewind());
    const bool same_again = drain(**source, 1 << 20).value() == text;
    CHECK(same_again);
  }
}

TEST_CASE("standard input: a file from where it stands, a pipe, packed or not", "[host]") {
  const TemporaryFolder folder;
  write_file(folder / "a.csv", "skip me\na,b\n1,2\n");
  {
    const int descriptor = ::open((folder / "a.csv").c_str(), O_RDONLY);
    ::lseek(descriptor, 8, SEEK_SET);
    const StandardInputFrom redirected(descriptor);
    auto source = host::open_standard_input().value();
    CHECK(source->name() == "standard input");
    CHECK(source->size() == 8);
    CHECK(drain(*source, 3).value() == "a,b\n1,2\n");
    REQUIRE(source->rewind());
    CHECK(drain(*source).value() == "a,b\n1,2\n");
  }
  for (const std::string& bytes : {std::string("a,b\n1,2\n"), gzip_of("a,b\n1,2\n")}) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    ::close(ends[1]);
    const StandardInputFrom redirected(ends[0]);
    auto reader = open_records(host::open_standard_input().value()).value();
    RecordBatch batch;
    CHECK(reader->next(batch).value());
    CHECK(batch.cell(0, 1) == "2");
  }
}

TEST_CASE("standard input: a signal while waiting ends it when cancelled, and not otherwise", "[host]") {
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_handler = [](int) {};
  REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
  const AlwaysCancelled cancelled;
  for (const Cancellation* cancellation :
       {static_cast<const Cancellation*>(&cancelled), static_cast<const Cancellation*>(nullptr)}) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const StandardInputFrom redirected(ends[0]);
    const pthread_t reader = ::pthread_self();
    // Signals are sent until the read has seen one, for the first may come before it waits.
    std::thread sender([&, writer = ends[1]] {
      for (int i = 0; i < 20; ++i) {
        ::pthread_kill(reader, SIGUSR1);
        ::usleep(2000);
      }
      ::close(writer);
    });
    const auto source = host::open_standard_input(cancellation);
    sender.join();
    if (cancellation != nullptr) {
      REQUIRE_FALSE(source.has_value());
      CHECK(source.error().code == ErrorCode::cancelled);
    } else {
      CHECK(source.has_value());
    }
  }
  ::sigaction(SIGUSR1, &before, nullptr);
}

/// `outpost version`.
#include <string>

#include "commands/commands.hpp"
#include "output/describe.hpp"
#include "output/sink.hpp"

namespace outpost::edge {
namespace {

void add_options(CLI::App& app, Options& options) {
  add_output_options(app, options, "Write here instead of standard output");
}

Result<void> run(const Options& options, Session&) {
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  switch (options.output_format()) {
    case OutputFormat::table: sink.write("outpost " OUTPOST_VERSION "\n"); break;
    case OutputFormat::csv: sink.write("name,version\noutpost," OUTPOST_VERSION "\n"); break;
    case OutputFormat::json:
    case OutputFormat::ndjson: sink.write(json_text({{"name", "outpost"}, {"version", OUTPOST_VERSION}}) + "\n"); break;
  }
  return sink.finish();
}

}  // namespace

Command version_command() { return {"version", "Print the version", "  outpost version\n", add_options, run}; }

}  // namespace outpost::edge

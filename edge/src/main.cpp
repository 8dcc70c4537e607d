#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "program.hpp"

int main(int argc, char** argv) {
  using outpost::edge::ExitStatus;
  try {
    return static_cast<int>(
        outpost::edge::run_program(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc)));
  } catch (const std::bad_alloc&) {
    std::fputs(
        "outpost: there is not enough memory\n"
        "  use fewer rows or columns (--include), or a detector that takes less: outpost detectors\n",
        stderr);
    return static_cast<int>(ExitStatus::memory);
  }
}

#include "commands/commands.hpp"

#include <array>

namespace outpost::edge {

std::span<const Command> commands() {
  static const std::array list{detect_command(),  train_command(),      score_command(),
                               explain_command(), evaluate_command(),   detectors_command(),
                               inspect_command(), completion_command(), version_command()};
  return list;
}

}  // namespace outpost::edge

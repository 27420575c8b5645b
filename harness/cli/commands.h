// The commands of `shapefuzz`, one function a command and a file each. A command returns the exit
// status; what the user got wrong is thrown as InputError.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/oracle/verdict.h"

namespace shapefuzz {

/// The documented exit statuses; of several cases the highest counts.
constexpr int kNothingNew = 0;
constexpr int kFindings = 1;
constexpr int kWrongInput = 2;
constexpr int kHarnessFailed = 3;

struct LossesCommand {
  bool json = false;
  bool operators = false;
};

struct RunCommand {
  std::vector<std::string> cases;
  std::string file;
  std::string policy = "expand";
  bool json = false;
};

struct SweepCommand {
  std::vector<std::string> targets;  ///< LOSS or LOSS@ENTRY; empty: all
  std::size_t max_rank = 3;
  std::int64_t max_size = 3;
  std::string policy = "expand";
  std::string baseline;  ///< empty: the checkout's for this LibTorch; "none"
  std::size_t jobs = 0;  ///< 0: one a processor
  std::uint64_t seed = 0;
  std::string out;
  bool all = false;
  std::string write_baseline;
};

int run(const LossesCommand& command);
int run(const RunCommand& command);
int run(const SweepCommand& command);

/// To standard output. What cannot be written is an error only at the end, so that files are still
/// finished and the workers ended.
void print_results(std::string_view text);

/// To standard error, as far as that is possible.
void print_message(std::string_view text);

/// The case of a text from the command line; throws InputError with a caret under the error.
Case read_case(const std::string& text);

/// Throws InputError, naming the option.
Policy read_policy(const std::string& text);

}  // namespace shapefuzz

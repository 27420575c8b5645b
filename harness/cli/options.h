// SPDX-License-Identifier: BSD-3-Clause
// The options that several commands have: one spelling, one meaning and one help text each.
//
// A function adds the option to a command; the value that `value` has is the default. What is wrong
// with a value is said as `--policy: found 'x', expected strict, expand or broadcast`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "harness/oracle/judgement/judging.h"
#include "harness/search/process/shard.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11 says so
class App;
class Option;
}  // namespace CLI

namespace shapefuzz {

void add_policy(CLI::App& app, Policy& value);
/// Only a device that this LibTorch and this machine have.
void add_device(CLI::App& app, Device& value);
void add_memory(CLI::App& app, MemoryMode& value);
/// `--max-memory SIZE`, of the worker processes that the command starts.
void add_max_memory(CLI::App& app);
/// `--thorough`, of somebody's own losses: empty dimensions, dtypes and values at the edges too.
void add_thorough(CLI::App& app, bool& value);
/// `--jobs N`, 0 for one a processor; `value` never is 0 afterwards.
void add_jobs(CLI::App& app, std::size_t& value);
/// The workers for a device: one is the fastest on a GPU, unless somebody has said how many.
std::size_t jobs_on(Device device, std::size_t jobs, bool given);
void add_seed(CLI::App& app, std::uint64_t& value);
/// `--shard I/N`: the part I of N, from 1.
void add_shard(CLI::App& app, std::optional<Shard>& value, const std::string& description);
/// `--timeout SECONDS`, of the processor's time for one case.
void add_timeout(CLI::App& app, double& value);

/// An option that names a file or a directory (`kind`: FILE, DIR), which must not be empty: such a
/// name is a shell variable that nobody has set.
CLI::Option* add_path(CLI::App& app, const std::string& name, std::string& value, const char* kind,
                      const char* help);

/// An option with a whole number from `least` to `most`, in decimal digits and nothing else.
/// CLI11 itself reads 010 as 8, ' 5' as 5, and -1 as the largest number that there is.
CLI::Option* add_whole_number(CLI::App& app, const std::string& name, std::uint64_t least,
                              std::uint64_t most, const std::string& help,
                              const std::function<void(std::uint64_t)>& take);
template <class Number>
CLI::Option* add_whole_number(CLI::App& app, const std::string& name, Number& value,
                              std::uint64_t least, std::uint64_t most, const std::string& help) {
  return add_whole_number(app, name, least, most, help,
                          [&value](std::uint64_t number) { value = static_cast<Number>(number); });
}

/// An option with a number of seconds within bounds, which `nan` is not.
CLI::Option* add_seconds(CLI::App& app, const std::string& name, double& value, double least,
                         double most, const std::string& help);

/// A worker process for each processor.
std::size_t one_job_a_processor();

// Checks of an option's value, for CLI11: an empty text if it is right.

/// Not empty, as the name of a file is.
std::string check_file(const std::string& path);

}  // namespace shapefuzz

// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <thread>

#include "harness/language/text/parse_error.h"
#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/device.h"
#include "harness/oracle/libtorch/setup.h"
#include "harness/oracle/memory/limit.h"

namespace shapefuzz {
namespace {

constexpr std::size_t kMostWorkers = 256;

// An option with a few words to choose from, which `--help` lists.
template <class Enum>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Enum& value,
                        std::optional<Enum> (*parse)(std::string_view), const char* choices,
                        const char* expected, const char* help) {
  return app
      .add_option_function<std::string>(
          name, [&value, parse](const std::string& text) { value = *parse(text); }, help)
      ->type_name(choices)
      ->default_str(std::string(to_string(value)))
      ->check([parse, expected](const std::string& text) {
        if (parse(text)) return std::string();
        return fmt::format("found '{}', expected {}", printable(text), expected);
      });
}

template <class Number>
bool reads_as(const std::string& text, Number& number) {
  const char* const last = text.data() + text.size();
  const auto [end, status] = std::from_chars(text.data(), last, number);
  return end == last && status == std::errc();
}

}  // namespace

void add_policy(CLI::App& app, Policy& value) {
  add_choice(app, "--policy", value, parse_policy, "strict|expand|broadcast",
             "strict, expand or broadcast", "How much broadcasting to forgive");
}

void add_device(CLI::App& app, Device& value) {
  add_choice(app, "--device", value, parse_device, "cpu|meta|cuda|compile",
             "cpu, meta, cuda or compile",
             "The device to judge, which is compared with the CPU; compile is torch.compile, which "
             "is compared with Python's eager call")
      ->check([](const std::string& text) {
        const auto device = parse_device(text);
        const std::string why = device ? why_no_device(*device) : "";
        return why.empty() ? why : fmt::format("found '{}', and {}", text, why);
      });
}

void add_memory(CLI::App& app, MemoryMode& value) {
  add_choice(app, "--memory", value, parse_memory_mode, "off|guard|full", "off, guard or full",
             "How closely to watch the memory; full calls each case twice");
}

void add_max_memory(CLI::App& app) {
  app.add_option_function<std::string>(
         "--max-memory",
         [](const std::string& text) { MemoryLimit::instance().set_total(*parse_size(text)); },
         "The memory of all worker processes together, like 2G or 512M (default: half of what is "
         "free)")
      ->type_name("SIZE")
      ->check([](const std::string& text) {
        if (parse_size(text)) return std::string();
        return fmt::format("found '{}', expected a size like 2G, 512M or a number of bytes",
                           printable(text));
      });
}

void add_jobs(CLI::App& app, std::size_t& value) {
  value = one_job_a_processor();
  app.add_option_function<std::string>(
         "--jobs",
         [&value](const std::string& text) {
           reads_as(text, value);
           if (value == 0) value = one_job_a_processor();
         },
         "How many worker processes to use; 0, the default, is one for each processor")
      ->type_name("N")
      ->check([](const std::string& text) {
        std::size_t jobs = 0;
        if (reads_as(text, jobs) && jobs <= kMostWorkers) return std::string();
        return fmt::format("found '{}', expected a whole number in [0, {}]", printable(text),
                           kMostWorkers);
      });
}

void add_thorough(CLI::App& app, bool& value) {
  if (!has_own_losses()) return;  // LibTorch's losses are always asked for everything
  app.add_flag("--thorough", value,
               "Try empty dimensions, other dtypes and values at the edge of their kind too");
}

void add_shard(CLI::App& app, std::optional<Shard>& value, const std::string& description) {
  app.add_option_function<std::string>(
         "--shard", [&value](const std::string& text) { value = *parse_shard(text); }, description)
      ->type_name("I/N")
      ->check([](const std::string& text) {
        if (parse_shard(text)) return std::string();
        return fmt::format("found '{}', expected a part and how many there are, from 1/N to N/N",
                           printable(text));
      });
}

std::size_t jobs_on(Device device, std::size_t jobs, bool given) {
  return device == Device::kCuda && !given ? 1 : jobs;
}

void add_seed(CLI::App& app, std::uint64_t& value) {
  // CLI11 itself reads -1 as the largest number that there is, and cuts what is too large.
  app.add_option_function<std::string>(
         "--seed", [&value](const std::string& text) { reads_as(text, value); },
         "The seed of everything that is drawn")
      ->type_name("N")
      ->default_str(std::to_string(value))
      ->check([](const std::string& text) {
        std::uint64_t seed = 0;
        if (reads_as(text, seed)) return std::string();
        return fmt::format("found '{}', expected a whole number in [0, {}]", printable(text),
                           ~std::uint64_t{0});
      });
}

void add_timeout(CLI::App& app, double& value) {
  app.add_option("--timeout", value, "How many seconds of processor time a case may take")
      ->type_name("SECONDS")
      ->check(NumberWithin(0.1, 3600))
      ->capture_default_str();
}

CLI::Option* add_path(CLI::App& app, const std::string& name, std::string& value, const char* kind,
                      const char* help) {
  return app.add_option(name, value, help)->type_name(kind)->check(check_file);
}

std::size_t one_job_a_processor() {
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

std::string check_file(const std::string& path) {
  return path.empty() ? "found '', expected a file" : "";
}

std::string NumberWithin::operator()(const std::string& text) const {
  double number = 0;
  if (reads_as(text, number) && number >= least_ && number <= most_) return "";
  return fmt::format("found '{}', expected a number in [{}, {}]", printable(text), least_, most_);
}

}  // namespace shapefuzz

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

// A number in decimal digits and nothing else. What begins with 0 may be meant to be octal.
template <class Number>
bool reads_as(const std::string& text, Number& number) {
  const char* const last = text.data() + text.size();
  const auto [end, status] = std::from_chars(text.data(), last, number);
  const bool is_octal = text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
  return end == last && status == std::errc() && !is_octal;
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
  add_whole_number(
      app, "--jobs", 0, kMostWorkers,
      "How many worker processes to use; 0, the default, is one for each processor",
      [&value](std::uint64_t jobs) { value = jobs == 0 ? one_job_a_processor() : jobs; });
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
  add_whole_number(app, "--seed", value, 0, ~std::uint64_t{0},
                   "The seed of everything that is drawn")
      ->default_str(std::to_string(value));
}

void add_timeout(CLI::App& app, double& value) {
  add_seconds(app, "--timeout", value, 0.1, 3600,
              "How many seconds of processor time a case may take");
}

CLI::Option* add_whole_number(CLI::App& app, const std::string& name, std::uint64_t least,
                              std::uint64_t most, const std::string& help,
                              const std::function<void(std::uint64_t)>& take) {
  return app
      .add_option_function<std::string>(
          name,
          [take](const std::string& text) {
            std::uint64_t number = 0;
            reads_as(text, number);
            take(number);
          },
          help)
      ->type_name("N")
      ->check([least, most](const std::string& text) {
        std::uint64_t number = 0;
        if (reads_as(text, number) && number >= least && number <= most) return std::string();
        return fmt::format("found '{}', expected a whole number in [{}, {}]", printable(text),
                           least, most);
      });
}

CLI::Option* add_seconds(CLI::App& app, const std::string& name, double& value, double least,
                         double most, const std::string& help) {
  return app
      .add_option_function<std::string>(
          name, [&value](const std::string& text) { reads_as(text, value); }, help)
      ->type_name("SECONDS")
      ->default_str(fmt::format("{}", value))
      ->check([least, most](const std::string& text) {
        double number = 0;
        if (reads_as(text, number) && number >= least && number <= most) return std::string();
        return fmt::format("found '{}', expected a number in [{}, {}]", printable(text), least,
                           most);
      });
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

}  // namespace shapefuzz

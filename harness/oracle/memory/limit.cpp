// SPDX-License-Identifier: BSD-3-Clause
#include "harness/oracle/memory/limit.h"

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>

namespace shapefuzz {
namespace {

constexpr std::uint64_t kUnit = 1024;
constexpr std::string_view kPrefixes = "KMGT";

// What the harness itself needs to say that a case has reached the limit.
constexpr std::uint64_t kOwnBytes = 16 << 20;

struct Usage {
  std::uint64_t addresses = 0;  // what RLIMIT_AS counts
  std::uint64_t data = 0;       // what RLIMIT_DATA counts
};

Usage usage() {
  std::array<std::uint64_t, 6> pages{};  // size, resident, shared, text, lib, data
  std::ifstream file("/proc/self/statm");
  for (std::uint64_t& count : pages) file >> count;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return {pages[0] * page, pages[5] * page};
}

std::optional<std::uint64_t> limit_of(int resource) {
  rlimit limit{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return std::nullopt;
  if (limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

std::uint64_t without(std::uint64_t limit, std::uint64_t used) {
  return limit > used ? limit - used : 0;
}

std::uint64_t number_in(const char* path) {
  std::uint64_t number = 0;
  std::ifstream(path) >> number;
  return number;
}

// Of the machine, or of the container where that has less.
std::uint64_t free_memory() {
  auto free = static_cast<std::uint64_t>(::sysconf(_SC_AVPHYS_PAGES)) *
              static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::ifstream file("/proc/meminfo");
  std::string line;
  while (std::getline(file, line)) {
    std::uint64_t kilobytes = 0;
    if (std::sscanf(line.c_str(), "MemAvailable: %lu", &kilobytes) == 1) free = kilobytes * kUnit;
  }
  const std::uint64_t most = number_in("/sys/fs/cgroup/memory.max");
  if (most == 0) return free;
  return std::min(free, without(most, number_in("/sys/fs/cgroup/memory.current")));
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, status] = std::from_chars(text.data(), last, number);
  if (status != std::errc() || number == 0 || last - end > 1) return std::nullopt;
  if (end == last) return number;
  const std::size_t power = kPrefixes.find(*end);
  if (power == std::string_view::npos) return std::nullopt;
  for (std::size_t i = 0; i <= power; ++i) {
    if (number > ~std::uint64_t{0} / kUnit) return std::nullopt;
    number *= kUnit;
  }
  return number;
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < kUnit) return fmt::format("{} bytes", bytes);
  auto size = static_cast<double>(bytes);
  std::size_t power = 0;
  for (size /= kUnit; size >= kUnit && power + 1 < kPrefixes.size(); size /= kUnit) ++power;
  return fmt::format("{:.1f} {}B", size, kPrefixes[power]);
}

std::optional<std::uint64_t> addresses_left() {
  const auto limit = limit_of(RLIMIT_AS);
  if (!limit) return std::nullopt;
  return without(*limit, usage().addresses);
}

MemoryLimit& MemoryLimit::instance() {
  static MemoryLimit limit;
  return limit;
}

void MemoryLimit::divide(std::size_t workers) {
  if (enforced_) return;
  if (total_ == 0) total_ = free_memory() / 2;
  workers_ = std::max<std::size_t>(workers, 1);
  share_ = total_ / workers_;
  inherited_ = 0;
  const Usage used = usage();
  std::uint64_t least = share_;
  const auto consider = [&](int resource, std::uint64_t use, char name) {
    const auto limit = limit_of(resource);
    if (!limit || without(*limit, use) >= least) return;
    least = without(*limit, use);
    inherited_ = *limit;
    ulimit_ = name;
  };
  consider(RLIMIT_AS, used.addresses, 'v');
  consider(RLIMIT_DATA, used.data, 'd');
}

void MemoryLimit::enforce() {
  rlimit limit{};
  ::getrlimit(RLIMIT_DATA, &limit);
  const std::uint64_t used = usage().data + kOwnBytes;
  const std::uint64_t most = share_ < RLIM_INFINITY - used ? used + share_ : RLIM_INFINITY;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, most);
  ::setrlimit(RLIMIT_DATA, &limit);
  enforced_ = true;
}

std::string MemoryLimit::reason() const {
  if (workers_ == 0) return "there was not enough memory";
  if (inherited_ != 0) {
    return fmt::format(
        "the memory limit of {} that shapefuzz was started with was reached; "
        "ulimit -{} lifts it",
        size_text(inherited_), ulimit_);
  }
  const std::string each = workers_ == 1 ? "" : fmt::format(" for each of {} workers", workers_);
  return fmt::format("the harness's memory limit of {}{} was reached; --max-memory lifts it",
                     size_text(share_), each);
}

}  // namespace shapefuzz

// SPDX-License-Identifier: BSD-3-Clause
#include "properties/profile.h"

#include <fmt/core.h>

#include <cstdlib>
#include <map>
#include <string>

namespace shapefuzz {
namespace {

struct Profile {
  int cases;  // a property
  bool fixed_seed;
};

const std::map<std::string, Profile>& profiles() {
  static const std::map<std::string, Profile> all = {
      {"dev", {200, true}}, {"ci", {1000, true}}, {"nightly", {50000, false}}};
  return all;
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

bool apply_profile() {
  std::string name = environment("SHAPEFUZZ_PROFILE");
  if (name.empty()) name = "dev";
  const auto profile = profiles().find(name);
  if (profile == profiles().end()) {
    fmt::print(stderr, "SHAPEFUZZ_PROFILE: found '{}', expected dev, ci or nightly\n", name);
    return false;
  }
  std::string params = environment("RC_PARAMS");
  const auto add = [&](const std::string& key, const std::string& value) {
    if (params.find(key + "=") == std::string::npos) params += fmt::format(" {}={}", key, value);
  };
  add("max_success", std::to_string(profile->second.cases));
  if (profile->second.fixed_seed) add("seed", "1");
  ::setenv("RC_PARAMS", params.c_str(), 1);
  return true;
}

}  // namespace shapefuzz

// SPDX-License-Identifier: BSD-3-Clause
// What a sweep has found so far, in a file that is only appended to: whatever ends the process, the
// records in it stay readable, and another sweep of the same goes on from there. No LibTorch in
// here.
//
// The first line says what is swept. Then, part by part, the records of some cases and a line
// `{"unit":3,"next":120,"tally":...}`: the unit's cases before 120 are done. A part that is cut off
// does not count.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/findings/files/append_file.h"
#include "harness/search/process/pool.h"

namespace shapefuzz {

class Journal {
 public:
  /// Throws ParseError where the sweep has no such unit, or the unit not so many cases, or where
  /// the tally is none of its losses.
  using Check =
      std::function<void(std::size_t unit, std::uint64_t next_case, const std::string& tally)>;

  /// Begins a journal of `sweep`, or goes on with the one that is there. Throws InputError if that
  /// is one of another sweep or no journal at all, if it is damaged, if another process writes it,
  /// or if the file cannot be written.
  Journal(std::string path, const std::string& sweep, bool resume, Check check = nullptr);

  /// What the file had when it was opened.
  const std::map<std::size_t, Pool::Earlier>& earlier() const { return earlier_; }
  /// Adds a part: its tally as one line, then the records, a line each.
  void add(std::size_t unit, std::uint64_t next_case, const std::string& part);
  /// The sweep is done, and its results are elsewhere.
  void remove();

 private:
  bool is_ours() const;
  void read(const std::string& sweep);
  void take_part(const nlohmann::ordered_json& end, const std::string& records);

  AppendFile file_;
  Check check_;
  std::map<std::size_t, Pool::Earlier> earlier_;
};

}  // namespace shapefuzz

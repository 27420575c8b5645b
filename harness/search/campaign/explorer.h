// SPDX-License-Identifier: BSD-3-Clause
// The loop of a campaign's worker, one step at a time: mutate a case, judge it, keep it if it has
// reached something new. Includes no torch headers.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/search/campaign/observer.h"

namespace shapefuzz {

/// What a step needs to know of the world around it, and tells it.
class ExplorerHost {
 public:
  virtual ~ExplorerHost() = default;
  /// Before the case runs, so that it is known if it ends the process.
  virtual void about_to_run(const Case& c) = 0;
  virtual void has_run() = 0;
  /// Of how many cases like this one a single one is to be run: 1 for all of them, more where such
  /// have ended a process before.
  virtual std::int64_t one_in(const Case& c, const LocatedMistake& mistake) = 0;
  /// Notes a feature; true the first time.
  virtual bool add_feature(std::uint64_t feature) = 0;
  /// The case had a feature that no case before it had.
  virtual void on_interesting(const Case& c) = 0;
  /// The harness had no memory for the case.
  virtual void on_not_judged() {}
  virtual void on_finding(const Case& c, const LossSpec& spec, const Judgement& judgement) = 0;
};

class Explorer {
 public:
  Explorer(const std::vector<const Loss*>& losses, const Judging& judging, std::uint64_t seed,
           ExplorerHost& host);

  /// A case of one of the losses and within the mutator's caps, to mutate from now on; beyond a
  /// bound it takes the place of another one. Any other case is left out.
  void add_parent(Case c);
  std::size_t parents() const { return parents_.size(); }

  /// Judges a case as it is, and keeps it if it is interesting. False if it did not run.
  bool run(const Case& c);
  /// Judges a mutant of a parent, a child of two, or a case that is drawn anew; through every entry
  /// of its loss, since they share the operands and are held against each other.
  void step();

 private:
  // The time of a case that another worker has run: as if it were long, or it would be preferred.
  static constexpr std::uint32_t kNotRunHere = ~std::uint32_t{0};

  struct Parent {
    Case c;
    std::uint32_t microseconds;  ///< what it took
  };

  void add_parent(Case c, std::uint32_t microseconds, const LocatedMistake& mistake);
  bool run(const Loss& loss, const Case& c, const LocatedMistake& mistake);
  const Loss* find(const std::string& name) const;
  Case next_case();
  const Case& any_parent();

  std::vector<const Loss*> losses_;
  Mutator mutator_;
  Observer observer_;
  bool thorough_;
  SeededPick pick_;
  ExplorerHost& host_;
  std::vector<Parent> parents_;
  // By loss, mistake and whether anything is empty: of some there are many thousands, of some a
  // few.
  std::vector<std::vector<std::uint32_t>> groups_;
  std::unordered_map<std::string, std::size_t> group_of_;
};

}  // namespace shapefuzz

// The loop of a campaign's worker, one step at a time: mutate a case, judge it, keep it if it has
// reached something new. Includes no torch headers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/campaign/observer.h"

namespace shapefuzz {

/// What a step needs to know of the world around it, and tells it.
class ExplorerHost {
 public:
  virtual ~ExplorerHost() = default;
  /// Before the case runs, so that it is known if it ends the process.
  virtual void about_to_run(const Case& c) = 0;
  virtual void has_run() = 0;
  /// Whether cases like this one have ended a process before. Of those few are run.
  virtual bool is_deadly(const Case& c, const std::vector<Misfit>& misfits) = 0;
  /// Notes a feature; true the first time.
  virtual bool add_feature(std::uint64_t feature) = 0;
  /// The case had a feature that no case before it had.
  virtual void on_interesting(const Case& c) = 0;
  virtual void on_finding(const Case& c, const LossSpec& spec, const Judgement& judgement) = 0;
};

class Explorer {
 public:
  Explorer(const std::vector<const Loss*>& losses, Policy policy, std::uint64_t seed,
           ExplorerHost& host);

  /// The time of a case that another worker has run: as if it were long, or it would be preferred.
  static constexpr std::uint32_t kNotRunHere = ~std::uint32_t{0};

  /// A case to mutate from now on; beyond a bound it takes the place of another one.
  void add_parent(Case c, std::uint32_t microseconds = kNotRunHere);
  std::size_t parents() const { return parents_.size(); }

  /// Judges a case as it is, and keeps it if it is interesting. False if it did not run.
  bool run(const Case& c);
  /// Judges a mutant of a parent, a child of two, or a case that is drawn anew; through every entry
  /// of its loss, since they share the operands and are held against each other.
  void step();

 private:
  struct Parent {
    Case c;
    std::uint32_t microseconds;  ///< what it took
  };

  const Loss* find(const std::string& name) const;
  Case next_case();
  const Case& any_parent();

  std::vector<const Loss*> losses_;
  Mutator mutator_;
  Observer observer_;
  SeededPick pick_;
  ExplorerHost& host_;
  std::vector<Parent> parents_;
};

}  // namespace shapefuzz

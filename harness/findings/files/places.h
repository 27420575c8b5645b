// SPDX-License-Identifier: BSD-3-Clause
// What a command reads and where it writes, compared before any work: no output may take the place
// of an input, of another output, or of what the process itself has loaded.
#pragma once

#include <string>
#include <vector>

namespace shapefuzz {

class Places {
 public:
  /// `option` is what the message calls the place: `--baseline`, `RECORDS`. An empty path is none.
  void reads(const std::string& option, const std::string& path);
  /// Every file of that ending in a directory, and those that will be there.
  void reads_all_in(const std::string& option, const std::string& directory,
                    const std::string& ending);
  void writes(const std::string& option, const std::string& path);

  /// Throws InputError where two places are one file, by whatever names; a device or a pipe may be
  /// named twice.
  void check() const;

 private:
  struct Place {
    std::string option;
    std::string path;
    std::string ending;  // of a directory: what is read there
  };
  std::vector<Place> read_;
  std::vector<Place> written_;
};

}  // namespace shapefuzz

// SPDX-License-Identifier: BSD-3-Clause
// How files are opened, and what there is in a directory: what is no file, or is somebody else's,
// is refused before a byte of it is read or written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/findings/files/descriptor.h"

namespace shapefuzz {

/// What may be read in the place of a file. A user may name a pipe or a device; what is only found
/// in a directory may never end, or wait for a writer who never comes.
enum class Input { kFile, kAnything };

/// None if there is no such file. Throws InputError if it cannot be read, or is no such input.
std::optional<Descriptor> open_if_there(const std::string& path, Input input = Input::kFile);
/// Throws InputError also if there is no such file.
Descriptor open_to_read(const std::string& path, Input input = Input::kFile);

/// A file that nobody but us writes, which is created if need be. Throws InputError, with `place`
/// for its name, if it cannot be written or something else stands there: no regular file, a
/// symbolic link, one name of several, a file of another user.
Descriptor open_our_own(const std::string& path, const std::string& place);

/// What a symbolic link leads to, also where there is nothing yet; the path itself where it is
/// none.
std::string follow_links(const std::string& path);

/// The paths of what is in a directory, in order; none if there is no such directory. Throws
/// InputError if it cannot be read.
std::optional<std::vector<std::string>> entries_if_there(const std::string& directory);
/// Throws InputError also if there is no such directory.
std::vector<std::string> entries_in(const std::string& directory);
/// Those of the directories in it too.
std::vector<std::string> entries_below(const std::string& directory);

}  // namespace shapefuzz

// SPDX-License-Identifier: BSD-3-Clause
// Want of memory while a case is judged. Whatever comes of the case then says nothing of the loss.
// No LibTorch in here.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace shapefuzz {

/// What a process was refused; where a worker shares it with its parent, it outlives the worker.
struct Shortage {
  std::atomic<std::uint64_t> refusals{0};
};

/// Notes refusals there from here on, those of `operator new` too.
void report_shortages_to(Shortage& shortage);

/// Memory was refused, by whatever limit.
void note_shortage();
/// Whether memory was refused since the last call.
bool take_shortage();

/// Whether that is what a message of LibTorch, or of the standard library, says.
bool tells_of_shortage(std::string_view message);

/// For tests: the `first` tensor from now on (1 is the next one) is refused its memory, and then
/// every `every`-th; 0 stands for none. Returns how far off the next one still was that an earlier
/// call had planned.
std::uint64_t inject_shortage(std::uint64_t first, std::uint64_t every = 0);
/// Whether the tensor that asks is to be refused; the allocator asks once for each.
bool is_injected_shortage();

}  // namespace shapefuzz

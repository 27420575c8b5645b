// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/files/calls.h"

#include <unistd.h>

#include <cstdio>

namespace shapefuzz {
namespace {

constexpr FileCalls kSystem = {::write, ::fdatasync, ::ftruncate, std::rename};
const FileCalls* planted = nullptr;

}  // namespace

const FileCalls& file_calls() { return planted == nullptr ? kSystem : *planted; }

PlantedFileCalls::PlantedFileCalls(const FileCalls& calls) : calls_(calls) { planted = &calls_; }
PlantedFileCalls::~PlantedFileCalls() { planted = nullptr; }

}  // namespace shapefuzz

// SPDX-License-Identifier: BSD-3-Clause
// Pictures: the operands of a case as small grids, the pairs that the loss makes of their elements,
// and the pairs that were meant. No LibTorch in here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/oracle/judge/exhibit.h"

namespace shapefuzz {

/// Two dimensions of a tensor, an element or a pair of elements a cell.
struct PictureGrid {
  std::string title;
  std::size_t rows = 1;
  std::size_t columns = 1;
  std::vector<std::string> cells;  ///< row by row
  std::vector<bool> meant;         ///< by cell: it is one of the pairs that were meant
};

struct Picture {
  std::string remark;  ///< what the grids leave out; empty if nothing
  std::vector<PictureGrid> operands;
  std::optional<PictureGrid> pairs;  ///< none if LibTorch pairs nothing
  std::optional<PictureGrid> meant;  ///< none where nobody knows
};

/// The picture of a case; none of an operand that has no element or more dimensions than a picture
/// can show, and of a loss that is no element with its partner.
std::optional<Picture> picture_of(const Exhibit& exhibit);

/// With box characters, a line each; the meant pairs in brackets, and green with `colour`.
std::vector<std::string> drawn_in_text(const Picture& picture, bool colour);

/// The same as one SVG element.
std::string drawn_as_svg(const Picture& picture);

}  // namespace shapefuzz

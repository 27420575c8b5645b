// SPDX-License-Identifier: BSD-3-Clause
// How a picture is drawn: with box characters, and as SVG.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "harness/tell/explain/picture.h"

namespace shapefuzz {
namespace {

// Of the terminal: a dot between two numbers takes two bytes and one column, a colour none.
std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);  // the end of a colour
    } else if ((text[i] & 0xC0) != 0x80) {
      ++width;
    }
  }
  return width;
}

std::string filled(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, width_of(text)), ' ');
}

std::string repeated(const char* text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

// A block of lines of one width.
struct Block {
  std::vector<std::string> lines;
  std::size_t width = 0;
};

Block block_of(const PictureGrid& grid, bool marks, bool colour) {
  std::size_t widest = 1;
  for (const std::string& cell : grid.cells) widest = std::max(widest, width_of(cell));
  const std::size_t inner = widest + 2;
  const auto rule = [&](const char* left, const char* middle, const char* right) {
    std::string line = left;
    for (std::size_t column = 0; column < grid.columns; ++column) {
      line += (column == 0 ? "" : middle) + repeated("─", inner);
    }
    return line + right;
  };
  Block block;
  block.width = grid.columns * (inner + 1) + 1;
  block.lines.push_back(rule("┌", "┬", "┐"));
  for (std::size_t row = 0; row < grid.rows; ++row) {
    if (row > 0) block.lines.push_back(rule("├", "┼", "┤"));
    std::string line;
    for (std::size_t column = 0; column < grid.columns; ++column) {
      const std::size_t i = row * grid.columns + column;
      const bool meant = marks && grid.meant[i];
      std::string cell = fmt::format("{}{}{}", meant ? "[" : " ", filled(grid.cells[i], widest),
                                     meant ? "]" : " ");
      if (meant && colour) cell = "\x1b[32m" + cell + "\x1b[0m";
      line += "│" + cell;
    }
    block.lines.push_back(line + "│");
  }
  block.lines.push_back(rule("└", "┴", "┘"));
  block.lines.insert(block.lines.begin(), filled(grid.title, block.width));
  block.width = std::max(block.width, width_of(grid.title));
  return block;
}

constexpr std::size_t kBetween = 3;

// Blocks beside each other, at their tops.
void add_row(const std::vector<std::pair<Block, std::size_t>>& blocks,
             std::vector<std::string>& lines) {
  std::size_t height = 0;
  for (const auto& block : blocks) height = std::max(height, block.first.lines.size());
  for (std::size_t i = 0; i < height; ++i) {
    std::string line;
    for (const auto& [block, width] : blocks) {
      const std::string own = i < block.lines.size() ? block.lines[i] : "";
      line += filled(own, width + kBetween);
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    lines.push_back(std::move(line));
  }
}

}  // namespace

std::vector<std::string> drawn_in_text(const Picture& picture, bool colour) {
  std::vector<std::string> lines;
  const auto add_grids = [&](const std::vector<const PictureGrid*>& grids, bool marks) {
    std::vector<std::pair<Block, std::size_t>> blocks;
    for (const PictureGrid* grid : grids) {
      Block block = block_of(*grid, marks, colour);
      const std::size_t width = block.width;
      blocks.emplace_back(std::move(block), width);
    }
    add_row(blocks, lines);
  };
  std::vector<const PictureGrid*> operands;
  for (const PictureGrid& grid : picture.operands) operands.push_back(&grid);
  add_grids(operands, false);
  std::vector<const PictureGrid*> together;
  if (picture.pairs) together.push_back(&*picture.pairs);
  if (picture.meant) together.push_back(&*picture.meant);
  if (!together.empty()) add_grids(together, picture.pairs.has_value());
  if (!picture.pairs) lines.emplace_back("the loss refuses, and pairs nothing");
  if (!picture.remark.empty()) lines.push_back("(" + picture.remark + ")");
  return lines;
}

namespace {

constexpr std::size_t kCellHeight = 26;
constexpr std::size_t kTitleHeight = 22;
constexpr std::size_t kGap = 28;

std::size_t cell_width(const PictureGrid& grid) {
  std::size_t widest = 1;
  for (const std::string& cell : grid.cells) widest = std::max(widest, width_of(cell));
  return std::max<std::size_t>(30, 9 * widest + 12);
}

std::size_t width_of(const PictureGrid& grid) {
  constexpr std::size_t kCharacter = 8;
  return std::max(grid.columns * cell_width(grid), kCharacter * width_of(grid.title));
}

std::size_t height_of(const PictureGrid& grid) { return kTitleHeight + grid.rows * kCellHeight; }

std::string svg_of(const PictureGrid& grid, std::size_t left, std::size_t top, bool marks) {
  std::string text =
      fmt::format("<text x=\"{}\" y=\"{}\" class=\"title\">{}</text>", left, top + 14, grid.title);
  const std::size_t width = cell_width(grid);
  for (std::size_t i = 0; i < grid.cells.size(); ++i) {
    const std::size_t x = left + i % grid.columns * width;
    const std::size_t y = top + kTitleHeight + i / grid.columns * kCellHeight;
    const char* const kind = !marks ? "place" : grid.meant[i] ? "place meant" : "place strange";
    text += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{}\"/>"
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        x, y, width, kCellHeight, kind, x + width / 2, y + 18, grid.cells[i]);
  }
  return text;
}

}  // namespace

std::string drawn_as_svg(const Picture& picture) {
  std::string text;
  std::size_t width = 0;
  std::size_t top = 4;
  const auto add = [&](const std::vector<const PictureGrid*>& grids, bool marks) {
    std::size_t left = 4;
    std::size_t height = 0;
    for (const PictureGrid* const grid : grids) {
      text += svg_of(*grid, left, top, marks);
      left += width_of(*grid) + kGap;
      height = std::max(height, height_of(*grid));
    }
    width = std::max(width, left);
    top += height + kGap / 2;
  };
  std::vector<const PictureGrid*> operands;
  for (const PictureGrid& grid : picture.operands) operands.push_back(&grid);
  add(operands, false);
  std::vector<const PictureGrid*> together;
  if (picture.pairs) together.push_back(&*picture.pairs);
  if (picture.meant) together.push_back(&*picture.meant);
  add(together, true);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {0} {1}\" "
      "width=\"{0}\" height=\"{1}\">{2}</svg>",
      width, top, text);
}

}  // namespace shapefuzz

// SPDX-License-Identifier: BSD-3-Clause
// Files that a power cut may tear.
#include "harness/findings/files/line_file.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "harness/findings/files/file.h"
#include "harness/language/text/errors.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

using Lines = std::vector<std::string>;

TEST(LineFile, is_read_while_it_is_written) {
  const TestDirectory directory;
  const std::string path = directory.file("growing");
  LineReader reader(path);
  EXPECT_EQ(reader.read_new(), Lines());
  LineWriter writer(path);
  writer.append("one");
  EXPECT_EQ(reader.read_new(), Lines{"one"});
  writer.append("two");
  writer.append("");
  EXPECT_EQ(reader.read_new(), (Lines{"two", ""}));
  EXPECT_EQ(reader.first_line(), 2U);
  EXPECT_EQ(reader.read_new(), Lines());
}

TEST(LineFile, leaves_out_a_torn_line_and_its_next_writer_cuts_it_off) {
  const TestDirectory directory;
  const std::string path = directory.file("torn");
  std::ofstream(path) << "whole\nto";
  LineReader reader(path);
  EXPECT_EQ(reader.read_new(), Lines{"whole"});
  EXPECT_TRUE(reader.torn());
  LineWriter(path).append("new");
  EXPECT_EQ(LineReader(path).read_new(), (Lines{"whole", "new"}));
}

TEST(LineFile, that_is_torn_in_its_first_line_is_empty) {
  const TestDirectory directory;
  const std::string path = directory.file("torn_first");
  std::ofstream(path) << std::string(10000, 'x');
  LineWriter(path).append("new");
  EXPECT_EQ(LineReader(path).read_new(), Lines{"new"});
}

TEST(LineFile, of_a_hundred_megabytes_is_refused) {
  const TestDirectory directory;
  const std::string path = directory.file("large");
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  ASSERT_EQ(std::fseek(file, 100L << 20, SEEK_SET), 0);
  std::fputs("\n", file);
  std::fclose(file);
  EXPECT_THROW(LineReader(path).read_new(), InputError);
}

TEST(LineFile, is_replaced_as_a_whole) {
  const TestDirectory directory;
  const std::string path = directory.file("replaced");
  replace_file(path, "old\n");
  replace_file(path, "new\n");
  EXPECT_EQ(LineReader(path).read_new(), Lines{"new"});
}

}  // namespace
}  // namespace shapefuzz

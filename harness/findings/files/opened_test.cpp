// SPDX-License-Identifier: BSD-3-Clause
// What is no file, or is somebody else's, is refused before it is read or written.
#include "harness/findings/files/opened.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "harness/findings/files/append_file.h"
#include "harness/findings/files/file.h"
#include "harness/findings/files/line_file.h"
#include "harness/findings/files/lock.h"
#include "harness/testing/expect_error.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

std::string make_pipe(const TestDirectory& directory) {
  const std::string path = directory.file("pipe");
  EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
  return path;
}

TEST(OpenToRead, RefusesWhatIsNoFileAtOnce) {
  const TestDirectory directory;
  const std::string pipe = make_pipe(directory);
  const std::string zero = directory.file("zero");
  fs::create_symlink("/dev/zero", zero);
  EXPECT_EQ(refusal([&] { read_lines(pipe); }), pipe + ": is a pipe, expected a file");
  EXPECT_EQ(refusal([&] { LineReader(pipe).read_new(); }), pipe + ": is a pipe, expected a file");
  EXPECT_EQ(refusal([&] { LineReader(zero).read_new(); }), zero + ": is a device, expected a file");
  EXPECT_NE(refusal([&] { read_lines(directory.path()); }), "");
  EXPECT_NE(refusal([&] { read_lines(directory.path(), Input::kAnything); }), "");
}

TEST(OpenToRead, TakesADeviceThatTheUserNames) {
  EXPECT_TRUE(read_lines("/dev/null", Input::kAnything).empty());
}

TEST(OpenToRead, TellsAMissingFileFromOneThatCannotBeRead) {
  const TestDirectory directory;
  EXPECT_FALSE(open_if_there(directory.file("none")).has_value());
  fs::create_symlink("loop", directory.file("loop"));
  EXPECT_NE(refusal([&] { open_if_there(directory.file("loop")); }), "");
}

TEST(OpenOurOwn, FollowsNoLinkThatSomebodyHasPlanted) {
  const TestDirectory directory;
  const std::string path = directory.file("out.partial");
  const std::string victim = directory.file("victim");
  fs::create_symlink(victim, path);
  EXPECT_NE(refusal([&] { AppendFile file(path); }).find("symbolic link"), std::string::npos);
  EXPECT_NE(refusal([&] { FileLock lock(path, "place"); }).find("symbolic link"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(victim));
  fs::remove(path);
  std::ofstream(victim) << "";
  fs::create_hard_link(victim, path);
  EXPECT_NE(refusal([&] { AppendFile file(path); }).find("hard link"), std::string::npos);
}

TEST(OpenOurOwn, RefusesWhatIsNoFile) {
  const TestDirectory directory;
  const std::string pipe = make_pipe(directory);
  EXPECT_NE(refusal([&] { AppendFile file(pipe); }).find("is a pipe"), std::string::npos);
  EXPECT_NE(refusal([&] { AppendFile file(directory.path()); }).find("is a directory"),
            std::string::npos);
}

TEST(OpenOurOwn, CreatesTheFileAndGoesOnWithIt) {
  const TestDirectory directory;
  AppendFile(directory.file("own")).append("one\n");
  AppendFile(directory.file("own")).append("two\n");
  EXPECT_EQ(read_lines(directory.file("own")).size(), 2U);
}

TEST(FollowLinks, LeadsToWhatIsNotThereYet) {
  const TestDirectory directory;
  fs::create_directory(directory.file("d"));
  fs::create_symlink("d/second", directory.file("first"));
  fs::create_symlink("end", directory.file("d/second"));
  EXPECT_EQ(follow_links(directory.file("first")), directory.file("d/end"));
  EXPECT_EQ(follow_links(directory.file("none")), directory.file("none"));
}

TEST(Entries, AreInOrderAndOfAnErrorOneSentence) {
  const TestDirectory directory;
  fs::create_directories(directory.file("b/c"));
  std::ofstream(directory.file("a")) << "";
  EXPECT_EQ(entries_in(directory.path()),
            (std::vector<std::string>{directory.file("a"), directory.file("b")}));
  EXPECT_EQ(entries_below(directory.path()).size(), 3U);
  EXPECT_FALSE(entries_if_there(directory.file("none")).has_value());
  EXPECT_EQ(refusal([&] { entries_in(directory.file("none")); }),
            directory.file("none") + ": No such file or directory");
  EXPECT_EQ(refusal([&] { entries_if_there(directory.file("a")); }),
            directory.file("a") + ": Not a directory");
}

}  // namespace
}  // namespace shapefuzz

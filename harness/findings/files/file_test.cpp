// SPDX-License-Identifier: BSD-3-Clause
// Files that appear whole or not at all, whatever the disk or a signal does meanwhile.
#include "harness/findings/files/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "harness/findings/files/calls.h"
#include "harness/findings/files/line_file.h"
#include "harness/findings/files/lock.h"
#include "harness/testing/test_directory.h"

namespace shapefuzz {
namespace {

namespace fs = std::filesystem;

std::string text_in(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void put(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::size_t files_in(const std::string& directory) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

// A disk with so many bytes left, which takes the part of a text that still fits.
std::size_t bytes_left = 0;
ssize_t write_while_there_is_room(int fd, const void* data, std::size_t size) {
  if (bytes_left == 0) {
    errno = ENOSPC;
    return -1;
  }
  const std::size_t part = std::min(bytes_left, size);
  bytes_left -= part;
  return ::write(fd, data, part);
}
int refuse_to_sync(int /*fd*/) {
  errno = EIO;
  return -1;
}
int refuse_to_cut_off(int /*fd*/, off_t /*size*/) {
  errno = EIO;
  return -1;
}
int refuse_to_rename(const char* /*from*/, const char* /*to*/) {
  errno = EACCES;
  return -1;
}

FileCalls full_disk(std::size_t bytes) {
  bytes_left = bytes;
  return {write_while_there_is_room, ::fdatasync, ::ftruncate, std::rename};
}

TEST(OutputFile, ReplacesWhatIsThereWhenItIsWhole) {
  const TestDirectory directory;
  const std::string path = directory.file("result");
  put(path, "old");
  OutputFile file(path);
  file.write("new");
  EXPECT_EQ(text_in(path), "old");
  file.commit();
  EXPECT_EQ(text_in(path), "new");
  EXPECT_EQ(files_in(directory.path()), 1U);
}

TEST(OutputFile, LeavesNothingWhenItIsGivenUp) {
  const TestDirectory directory;
  { OutputFile(directory.file("result")).write("half"); }
  EXPECT_EQ(files_in(directory.path()), 0U);
}

TEST(OutputFile, ThatFindsTheDiskFullLeavesTheOldOne) {
  const TestDirectory directory;
  const std::string path = directory.file("result");
  put(path, "old");
  for (const std::size_t room : {0, 1, 2}) {
    const PlantedFileCalls planted(full_disk(room));
    OutputFile file(path);
    file.write("new");
    try {
      file.commit();
      FAIL() << "no error with room for " << room << " bytes";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()), path + ": cannot be written: No space left on device");
    }
  }
  EXPECT_EQ(text_in(path), "old");
  EXPECT_EQ(files_in(directory.path()), 1U);
}

TEST(OutputFile, ThatCannotBePutInItsPlaceLeavesTheOldOne) {
  const TestDirectory directory;
  const std::string path = directory.file("result");
  put(path, "old");
  const PlantedFileCalls planted({::write, ::fdatasync, ::ftruncate, refuse_to_rename});
  {
    OutputFile file(path);
    file.write("new");
    EXPECT_THROW(file.commit(), InputError);
  }
  EXPECT_EQ(text_in(path), "old");
  EXPECT_EQ(files_in(directory.path()), 1U);
}

TEST(OutputFile, KeepsTheModeOfWhatItReplaces) {
  const TestDirectory directory;
  const std::string path = directory.file("result");
  put(path, "old");
  ::chmod(path.c_str(), 0640);
  OutputFile file(path);
  file.commit();
  struct stat is {};
  ASSERT_EQ(::stat(path.c_str(), &is), 0);
  EXPECT_EQ(is.st_mode & 07777U, 0640U);
}

TEST(OutputFile, LeavesASymbolicLink) {
  const TestDirectory directory;
  const std::string real = directory.file("real");
  put(real, "old");
  fs::create_symlink(real, directory.file("link"));
  OutputFile file(directory.file("link"));
  file.write("new");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(directory.file("link")));
  EXPECT_EQ(text_in(real), "new");
}

TEST(OutputFile, MakesWhatASymbolicLinkLeadsTo) {
  const TestDirectory directory;
  fs::create_symlink("real", directory.file("link"));
  OutputFile file(directory.file("link"));
  file.write("new");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(directory.file("link")));
  EXPECT_EQ(text_in(directory.file("real")), "new");
}

TEST(WriterLock, GoesWithItsHolderAndExcludesOthers) {
  const TestDirectory directory;
  const std::string path = directory.file("baseline");
  fs::create_symlink(path, directory.file("link"));
  {
    const WriterLock lock(path);
    EXPECT_THROW(WriterLock other(directory.file("link")), InputError);
    EXPECT_TRUE(fs::exists(path + ".lock"));
  }
  EXPECT_EQ(files_in(directory.path()), 1U);
  const WriterLock again(path);
}

TEST(WriterLock, LeavesAFileThatIsNoLock) {
  const TestDirectory directory;
  const std::string path = directory.file("baseline");
  put(path + ".lock", "notes");
  EXPECT_THROW(WriterLock lock(path), InputError);
  EXPECT_EQ(text_in(path + ".lock"), "notes");
}

TEST(OutputFile, IsGoneAfterEverySignalButSigkill) {
  const TestDirectory directory;
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU,
                           SIGABRT, SIGSEGV, SIGXFSZ, SIGPROF}) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      std::signal(signal, SIG_DFL);  // of the tests before it
      OutputFile file(directory.file("result"));
      file.write("half");
      std::raise(signal);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal) << signal;
    EXPECT_EQ(files_in(directory.path()), 0U) << signal;
  }
}

TEST(ReplacedFile, IsOnTheDiskOrTheOldOneStays) {
  const TestDirectory directory;
  const std::string path = directory.file("state");
  replace_file(path, "old\n");
  {
    const PlantedFileCalls planted({::write, refuse_to_sync, ::ftruncate, std::rename});
    EXPECT_THROW(replace_file(path, "new\n"), HarnessError);
  }
  {
    const PlantedFileCalls planted(full_disk(2));
    EXPECT_THROW(replace_file(path, "new\n"), HarnessError);
  }
  EXPECT_EQ(text_in(path), "old\n");
  EXPECT_EQ(files_in(directory.path()), 1U);
}

TEST(AppendFile, CutsOffWhatTheDiskHadNoRoomFor) {
  const TestDirectory directory;
  const std::string path = directory.file("lines");
  LineWriter writer(path);
  writer.append("first");
  {
    const PlantedFileCalls planted(full_disk(3));
    EXPECT_THROW(writer.append("second"), HarnessError);
  }
  EXPECT_EQ(text_in(path), "first\n");
  writer.append("third");
  EXPECT_EQ(text_in(path), "first\nthird\n");
}

TEST(AppendFile, ThatCannotEvenBeCutOffIsMendedByTheNextWriter) {
  const TestDirectory directory;
  const std::string path = directory.file("lines");
  {
    LineWriter writer(path);
    writer.append("first");
    bytes_left = 3;
    const PlantedFileCalls planted(
        {write_while_there_is_room, ::fdatasync, refuse_to_cut_off, std::rename});
    EXPECT_THROW(writer.append("second"), HarnessError);
  }
  EXPECT_EQ(text_in(path), "first\nsec");
  LineWriter(path).append("third");
  EXPECT_EQ(text_in(path), "first\nthird\n");
}

TEST(ReadLines, LeavesOutCommentsAndEmptyLines) {
  const TestDirectory directory;
  put(directory.file("cases"), "# a comment\n\n  \nfirst\r\nsecond");
  const std::vector<Line> lines = read_lines(directory.file("cases"));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "first");
  EXPECT_EQ(lines[0].number, 4U);
  EXPECT_EQ(lines[1].text, "second");
}

TEST(ReadLines, SaysWhatIsWrongWithAPath) {
  const TestDirectory directory;
  EXPECT_THROW(read_lines(directory.path()), InputError);
  EXPECT_THROW(read_lines(directory.file("nothing")), InputError);
}

}  // namespace
}  // namespace shapefuzz

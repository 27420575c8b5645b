// SPDX-License-Identifier: BSD-3-Clause
#include "harness/search/isolate/valgrind.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "harness/findings/files/file.h"
#include "harness/language/text/errors.h"
#include "harness/oracle/judge/bare_call.h"
#include "harness/search/process/program.h"

namespace shapefuzz {
namespace {

// A file of valgrind's, removed with this object.
class ScratchFile {
 public:
  ScratchFile() {
    const int fd = ::mkstemp(path_.data());
    if (fd < 0) throw HarnessError("no temporary file for valgrind");
    ::close(fd);
  }
  ~ScratchFile() { ::unlink(path_.c_str()); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "shapefuzz-XXXXXX").string();
};

// What is between the first `<name>` and `</name>`; empty if there is none.
std::string element(const std::string& xml, const std::string& name) {
  const std::size_t begin = xml.find("<" + name + ">");
  if (begin == std::string::npos) return "";
  const std::size_t from = begin + name.size() + 2;
  return xml.substr(from, xml.find("</" + name + ">", from) - from);
}

// The elements `<name>` of a text that does not nest them.
std::vector<std::string> elements(const std::string& xml, const std::string& name) {
  std::vector<std::string> found;
  const std::string end = "</" + name + ">";
  for (std::size_t at = xml.find("<" + name + ">"); at != std::string::npos;
       at = xml.find("<" + name + ">", at + 1)) {
    found.push_back(xml.substr(at, xml.find(end, at) - at));
  }
  return found;
}

std::string unescaped(std::string text) {
  for (const auto& [escaped, plain] :
       {std::pair<std::string, std::string>{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    for (std::size_t at = text.find(escaped); at != std::string::npos; at = text.find(escaped)) {
      text.replace(at, escaped.size(), plain);
    }
  }
  return text;
}

// An error of the call in one line; LibTorch's start-up has errors of its own.
std::string describe(const std::string& error) {
  const std::string kind = element(error, "kind");
  std::string what = element(error, "what");
  if (what.empty()) what = element(element(error, "xwhat"), "text");
  const std::string more = element(error, "auxwhat");
  if (kind.rfind("Invalid", 0) == 0 && !more.empty()) what += ", " + more;
  return unescaped(fmt::format("{} in {}", what, element(element(error, "stack"), "fn")));
}

}  // namespace

void require_valgrind() {
  const char* const path = std::getenv("PATH");
  std::string left = path == nullptr ? "" : path;
  while (!left.empty()) {
    const std::size_t end = left.find(':');
    if (::access((left.substr(0, end) + "/valgrind").c_str(), X_OK) == 0) return;
    left = end == std::string::npos ? "" : left.substr(end + 1);
  }
  throw InputError("--under: found no valgrind on this machine; Debian: apt-get install valgrind");
}

std::string opinion_of_valgrind(const Case& c, bool is_memory_error) {
  const ScratchFile file;
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  // The zones around a block are as wide as memcheck can make them: an index may be far off.
  run_program_quietly({"valgrind", "--tool=memcheck", "--xml=yes", "--xml-file=" + file.path(),
                       "--error-limit=no", "--redzone-size=4096", "--freelist-vol=100000000",
                       "--num-callers=50", self, "run", "--bare", to_string(c)});
  std::ifstream in(file.path());
  const std::string xml((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (xml.find("<valgrindoutput>") == std::string::npos) {
    throw HarnessError("valgrind says nothing");
  }
  std::string found;
  std::size_t count = 0;
  for (const std::string& error : elements(xml, "error")) {
    const std::string kind = element(error, "kind");
    const bool memory = kind.rfind("Invalid", 0) == 0 || kind.rfind("Uninit", 0) == 0;
    if (!memory || error.find(kBareCall) == std::string::npos) continue;
    if (count++ == 0) found = describe(error);
  }
  const std::string signal = element(xml, "signame");
  if (found.empty() && !signal.empty()) found = signal;
  const bool agrees = is_memory_error == !found.empty();
  std::string text = fmt::format("{}: ", agrees ? "agrees" : "disagrees");
  text += found.empty() ? "memcheck finds nothing in the call" : found;
  if (count > 1) text += fmt::format(", and {} more", count - 1);
  return text;
}

}  // namespace shapefuzz
